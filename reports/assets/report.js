// The page is complete without this. It adds: copying a line, a filter over all events, and a picture to zoom into.
'use strict';
(() => {
  const make = (name, attributes = {}, ...children) => {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
      else element.setAttribute(key, value);
    }
    element.append(...children);
    return element;
  };

  // The inverse of reports/page/pack.ts.
  const unpack = (packed) => {
    if (typeof packed !== 'object' || packed === null) return packed;
    if ('l' in packed) return packed.l.map(unpack);
    if ('r' in packed) {
      return Object.fromEntries(
        Object.entries(packed.r).map(([key, value]) => [key, unpack(value)]),
      );
    }
    const shapes = packed.s.map(({ k, c }) => ({ keys: k, columns: c.map(column), next: 0 }));
    return packed.t.map((place) => {
      const shape = shapes[place];
      const row = shape.next++;
      const record = {};
      shape.keys.forEach((key, at) => {
        record[key] = shape.columns[at][row];
      });
      return record;
    });
  };
  const column = (packed) => {
    if ('d' in packed) {
      let sum = 0;
      return packed.d.map((difference) => (sum += difference) / 1000);
    }
    if ('w' in packed) return packed.i.map((place) => packed.w[place]);
    return packed.v.map(unpack);
  };

  const decoded = async (id) => {
    const text = document.getElementById(id).textContent.trim();
    const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return unpack(JSON.parse(await new Response(stream).text()));
  };
  let everything;
  const read = () => {
    everything ??= Promise.all([decoded('document'), decoded('rows')]);
    return everything;
  };

  // The page itself carries the run: under whatever name it was saved.
  const path = decodeURIComponent(document.location.pathname);
  const name = document.location.protocol === 'file:' ? path : path.split('/').pop();
  if (/^[\w./-]+\.html?$/.test(name))
    for (const line of document.querySelectorAll('[data-page]')) line.textContent = name;

  for (const line of document.querySelectorAll('.replay code')) {
    const button = make(
      'button',
      {
        type: 'button',
        onclick: async () => {
          try {
            await navigator.clipboard.writeText(line.textContent);
            button.textContent = 'copied';
          } catch {
            getSelection().selectAllChildren(line);
            button.textContent = 'selected';
          }
        },
      },
      'copy',
    );
    line.after(' ', make('span', { class: 'tools' }, button));
  }

  // As on the page itself: no control character acts, and none that reorders text makes a line read as another one.
  const visible = (text) =>
    text
      .replace(/\p{Cc}/gu, (character) => {
        const code = character.charCodeAt(0);
        if (code > 127 || character === '\t' || character === '\n') return character;
        return String.fromCharCode(0x2400 + (code === 127 ? 33 : code));
      })
      .replace(/[\u202a-\u202e\u2066-\u2069]/g, '\ufffd');

  // What is too much to be in the page twice: see reports/page/rows.ts and commits.ts, whose words these are.
  const answerMax = 160;
  const cut = (answer) => (answer.length > answerMax ? `${answer.slice(0, answerMax)}…` : answer);
  const answerOf = ({ outcome, output }) =>
    outcome === 'ok' || output == null ? '' : ` ${cut(JSON.stringify(output))}`;
  const operationWords = (of) => {
    const who = of.client == null ? 'the operator' : `client ${of.client}`;
    const end =
      of.endedAt == null
        ? 'no answer'
        : `${of.outcome} after ${Math.round(of.endedAt - of.invokedAt)} ms`;
    return `${who}: ${of.operation} ${JSON.stringify(of.args)} → ${end}${answerOf(of)}`;
  };
  const namesOf = ({ observations }) => {
    const names = new Map();
    const reporters = new Map();
    for (const said of observations) {
      if (said.kind === 'task') reporters.set(said.id, said.node);
      if ((said.kind === 'boot' || said.kind === 'role') && said.nodeId != null)
        names.set(said.nodeId, said.node);
    }
    for (const said of observations) {
      for (const { id, node } of said.kind === 'commit' ? said.tasks : []) {
        if (node !== '' && reporters.has(id) && !names.has(node))
          names.set(node, reporters.get(id));
      }
    }
    return names;
  };
  const serviceWords = ({ id, removed, created, replicas }) => {
    if (removed) return `service ${id} is removed`;
    const wanted = replicas == null ? '' : `, to have ${replicas}`;
    return `service ${id} is ${created ? 'created' : 'changed'}${wanted}`;
  };
  const taskWords = ({ id, slot, service, node, removed, state, desired }, names) => {
    const where = node === '' ? '' : `, on ${names.get(node) ?? node}`;
    const what = removed ? 'removed' : `${state}, desired ${desired}`;
    return `task ${id} (slot ${slot} of service ${service}${where}) is ${what}`;
  };
  const nodeWords = ({ id, removed, state, availability }, names) =>
    `node ${names.get(id) ?? id} is ${removed ? 'removed' : `${state}, ${availability}`}`;
  const changesMax = 12;
  const commitWords = (said, names) => {
    const changes = [
      ...(said.services ?? []).map(serviceWords),
      ...said.tasks.map((task) => taskWords(task, names)),
      ...(said.nodes ?? []).map((node) => nodeWords(node, names)),
    ];
    const shown = changes.slice(0, changesMax).join('; ');
    const more = changes.length > changesMax ? `; and ${changes.length - changesMax} more` : '';
    const how = said.restored === true ? ', by a snapshot' : '';
    return `has committed up to entry ${said.index}, in term ${said.term}${how}${shown === '' ? '' : `: ${shown}${more}`}`;
  };
  const observationWords = {
    boot: (said) => `runs as ${said.nodeId ?? 'a node without an id'}`,
    commit: commitWords,
    state: (said) =>
      `has objects of the digest ${said.digest}, with everything up to entry ${said.index}`,
    task: (said) => `task ${said.id}: ${said.state}`,
    executor: (said) =>
      `its executor: task ${said.id} ${said.state === 'running' ? 'runs' : 'is gone'}`,
  };

  const keyOf = ({ at, node, kind, text }) => JSON.stringify([at, node, kind, text]);
  const rowsOf = ({ history }, told) => {
    const rows = [...told];
    const names = namesOf(history);
    for (const of of history.operations)
      rows.push({ at: of.invokedAt, node: of.node, kind: 'operation', text: operationWords(of) });
    for (const said of history.observations) {
      const words = observationWords[said.kind];
      if (words !== undefined)
        rows.push({ at: said.at, node: said.node, kind: said.kind, text: words(said, names) });
    }
    return rows.sort((a, b) => a.at - b.at);
  };

  const shownMax = 500;
  const explore = (article, run, { told, marks }) => {
    const rows = rowsOf(run, told);
    const all = article.querySelector('[data-all]');
    if ('open' in all) {
      all.open = true;
      all.querySelector('summary').textContent = 'All events of the run';
    }
    const body = all.querySelector('.events tbody');
    const status = all.querySelector('[data-events]');
    const numbersOf = new Map(marks.map(({ row, numbers }) => [keyOf(row), numbers]));
    // Few rows are moments, so few are asked for more than their time.
    const times = new Set(marks.map(({ row }) => row.at));
    marks.sort((a, b) => a.row.at - b.row.at);
    const marksOf = (row) => (times.has(row.at) && numbersOf.get(keyOf(row))) || [];
    const text = make('input', {
      type: 'search',
      placeholder: 'filter, e.g. m2 leads',
      'aria-label': 'Filter events',
    });
    const kinds = [...new Set(rows.map((row) => row.kind))].sort();
    const kind = make(
      'select',
      { 'aria-label': 'Kind of event' },
      make('option', { value: '' }, 'every kind'),
      ...kinds.map((name) => make('option', {}, name)),
    );
    const first = run.history.phases.injectAt;
    const last = run.history.phases.endAt;
    const view = { from: Math.min(first, rows[0]?.at ?? first), to: last };
    const whole = { ...view };

    const canvas = make('canvas', {
      tabindex: '0',
      role: 'img',
      height: '220',
      'aria-label':
        'All events over time, the numbers of moments above them; plus and minus zoom, arrow keys move. The table below shows the events in view.',
    });
    const nodes = run.history.nodes.map((node) => node.name);
    const lanes = ['cluster', ...nodes];
    const colours = {
      role: '--leader',
      vote: '--candidate',
      operation: '--ok',
      fault: '--fault',
      heal: '--fault',
      node: '--ink',
      lock: '--locked',
      phase: '--paused',
    };
    const legend = [
      ['role', 'role'],
      ['vote', 'vote'],
      ['operation', 'operation'],
      ['fault', 'fault and heal'],
      ['node', 'node starts or ends'],
      ['lock', 'lock'],
      ['phase', 'phase of the run'],
      ['other', 'what else nodes say (commits, states and tasks are short)'],
    ].filter(([kind]) =>
      rows.some((row) => (row.kind in colours ? row.kind === kind : kind === 'other')),
    );
    // Where numbers would cover each other, one stands for all of them.
    const drawMoments = (context, { colour, top, from, per }) => {
      let free = 0;
      for (const { row, numbers } of marks) {
        if (row.at < view.from || row.at > view.to) continue;
        const at = from + (row.at - view.from) * per;
        context.fillStyle = colour('--bad');
        context.fillRect(at, top - 2, 1.5, 200 - top);
        const words = numbers.join(',');
        if (at < free) continue;
        context.fillText(words, at - 2, top - 5);
        free = at + context.measureText(words).width + 4;
      }
    };
    const draw = () => {
      const scale = devicePixelRatio || 1;
      const width = canvas.clientWidth || 1000;
      canvas.width = width * scale;
      canvas.height = 220 * scale;
      const context = canvas.getContext('2d');
      const colour = (name) =>
        getComputedStyle(document.documentElement).getPropertyValue(name).trim();
      const inks = Object.fromEntries(
        Object.entries(colours).map(([kind, name]) => [kind, colour(name)]),
      );
      context.scale(scale, scale);
      context.clearRect(0, 0, width, 220);
      context.font = '11px system-ui';
      const top = 16;
      const lane = (200 - top) / lanes.length;
      lanes.forEach((name, place) => {
        context.fillStyle = colour('--ink');
        context.fillText(name, 4, top + lane * place + lane / 2 + 4);
      });
      const left = 52;
      const per = (width - left - 4) / (view.to - view.from || 1);
      for (const row of rows) {
        if (row.at < view.from || row.at > view.to) continue;
        context.fillStyle = inks[row.kind] ?? colour('--soft');
        const upper = top + lane * (nodes.indexOf(row.node) + 1);
        const high = ['commit', 'state', 'task', 'executor'].includes(row.kind)
          ? lane * 0.3
          : lane * 0.8;
        context.fillRect(left + (row.at - view.from) * per, upper + lane * 0.1, 1.5, high);
      }
      drawMoments(context, { colour, top, from: left, per });
      context.fillStyle = colour('--soft');
      context.fillText(`${((view.from - first) / 1000).toFixed(3)} s`, left, 216);
      const end = `${((view.to - first) / 1000).toFixed(3)} s`;
      context.fillText(end, width - 8 - context.measureText(end).width, 216);
    };
    const list = () => {
      const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
      const wanted = rows.filter(
        (row) =>
          row.at >= view.from &&
          row.at <= view.to &&
          (kind.value === '' || row.kind === kind.value) &&
          words.every((word) => `${row.node} ${row.kind} ${row.text}`.toLowerCase().includes(word)),
      );
      body.replaceChildren(
        ...wanted
          .slice(0, shownMax)
          .map((row) =>
            make(
              'tr',
              { class: marksOf(row).length > 0 ? `${row.kind} moment` : row.kind },
              make(
                'td',
                { class: 'time' },
                ...marksOf(row).flatMap((number) => [
                  make('a', { class: 'badge', href: `#${article.id}-moment-${number}` }, number),
                  ' ',
                ]),
                `${((row.at - first) / 1000).toFixed(3)} s`,
              ),
              make('td', {}, row.node),
              make('td', {}, row.kind),
              make('td', {}, visible(row.text)),
            ),
          ),
      );
      status.textContent = `${wanted.length} of ${rows.length} events${wanted.length > shownMax ? `, the first ${shownMax} of them` : ''}.`;
    };
    const show = () => {
      draw();
      list();
    };
    const zoom = (factor, about = (view.from + view.to) / 2) => {
      view.from = Math.max(whole.from, about - (about - view.from) * factor);
      view.to = Math.min(whole.to, about + (view.to - about) * factor);
      show();
    };
    const move = (share) => {
      const by = Math.max(
        whole.from - view.from,
        Math.min(whole.to - view.to, (view.to - view.from) * share),
      );
      view.from += by;
      view.to += by;
      show();
    };
    const keys = {
      '+': () => zoom(0.5),
      '=': () => zoom(0.5),
      '-': () => zoom(2),
      ArrowLeft: () => move(-0.25),
      ArrowRight: () => move(0.25),
      Home: () => zoom(1e9),
    };
    canvas.addEventListener('keydown', (event) => {
      if (keys[event.key] === undefined) return;
      event.preventDefault();
      keys[event.key]();
    });
    canvas.addEventListener('wheel', (event) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const share = (event.offsetX - 52) / (canvas.clientWidth - 56);
      zoom(event.deltaY < 0 ? 0.8 : 1.25, view.from + share * (view.to - view.from));
    });
    text.addEventListener('input', list);
    kind.addEventListener('change', list);
    const button = (words, act) => make('button', { type: 'button', onclick: act }, words);
    const tools = make(
      'div',
      { class: 'tools' },
      text,
      kind,
      button('zoom in', () => zoom(0.5)),
      button('zoom out', () => zoom(2)),
      button('earlier', () => move(-0.5)),
      button('later', () => move(0.5)),
      button('everything', () => zoom(1e9)),
    );
    const figure = make(
      'div',
      { class: 'timeline' },
      canvas,
      make(
        'p',
        { class: 'count keys' },
        ...legend.flatMap(([kind, words]) => [
          make('span', { class: `key of-${kind}` }, words),
          ' ',
        ]),
      ),
    );
    status.before(tools, figure);
    show();
    addEventListener('resize', draw);
  };

  document.querySelectorAll('article.run').forEach((article) => {
    const place = Number(article.id.slice('run-'.length));
    const all = article.querySelector('[data-all]');
    const open = make(
      'button',
      {
        type: 'button',
        onclick: async () => {
          open.disabled = true;
          try {
            const [files, told] = await read();
            tools.remove();
            explore(article, files[place].run, told[place]);
          } catch (error) {
            open.replaceWith(`The document inside this page cannot be read: ${error.message}`);
          }
        },
      },
      'explore all events',
    );
    const tools = make('div', { class: 'tools' }, open);
    all.before(tools);
  });
})();
