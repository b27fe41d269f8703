import { grouped, seconds } from '../../../harness/core/figures.ts';
import type { History } from '../../../harness/core/history.ts';
import { html, type Html } from '../html.ts';
import { legend } from '../legend.ts';
import type { Numbered } from '../marks.ts';
import { extractOf } from './extract.ts';
import { overlaps, widths, type Frame } from './frame.ts';
import { picture } from './picture.ts';

/** The run as a picture: faults, a lane a node, a lane a client, tasks against the desired state. Needs no script. */
export const timeline = (
  history: History,
  { moments, label }: { readonly moments: readonly Numbered[]; readonly label: string },
): Html => {
  const { phases } = history;
  const zero = phases.injectAt;
  const frame: Frame = {
    from: Math.min(zero, ...moments.map(({ moment }) => moment.at)),
    to: phases.endAt,
    zero,
    width: widths.whole,
  };
  const near = extractOf(moments, frame);
  const extract =
    near === undefined
      ? undefined
      : picture(history, {
          moments: moments.filter(({ moment }) => overlaps(moment.at, moment.at, near)),
          frame: near,
          what: 'Extract of the timeline',
        });
  const whole = picture(history, { moments, frame, what: 'Timeline' });
  const { drawn, visible, faults, begun } = whole;
  return html`<figure class="timeline">
    ${
      near === undefined || extract === undefined
        ? undefined
        : html`<p class="count">
              Around the moments, ${seconds(near.from - zero)} to ${seconds(near.to - zero)}:
            </p>
            <div class="wide extract" tabindex="0" role="region" aria-label="${label}, extract">
              ${extract.svg}
            </div>
            <p class="count">The whole run:</p>`
    }
    <div class="wide" tabindex="0" role="region" aria-label="${label}">${whole.svg}</div>
    <figcaption>
      ${legend(history, { svg: `${whole.svg.markup}${extract?.svg.markup ?? ''}`, faults })}
      ${drawn.length < visible.length ? html`<span>${grouped(drawn.length)} of ${grouped(visible.length)} operations are drawn.</span>` : undefined}
      ${faults.length < begun.length ? html`<span>${grouped(faults.length)} of ${grouped(begun.length)} faults are drawn.</span>` : undefined}
    </figcaption>
  </figure>`;
};
