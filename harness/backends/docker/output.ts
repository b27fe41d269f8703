import { PassThrough, type Readable } from 'node:stream';
import type Docker from 'dockerode';
import { lineSplitter } from '../live/lines.ts';

/** `broken-off`: the connection that carried it has failed, so what was written since is lost. */
export type OutputEnd = 'ended' | 'broken-off';

/** Splits what the engine sends of a container's output into lines; resolves when nothing more can come. */
export const readOutput = (
  docker: Docker,
  stream: Readable,
  onLine: (line: string, stream: 'out' | 'err') => void,
): Promise<OutputEnd> => {
  const splitterOf = (name: 'out' | 'err') => {
    const splitter = lineSplitter((line) => {
      onLine(line, name);
    });
    const through = new PassThrough();
    through.on('data', (bytes: Buffer) => {
      splitter.write(bytes);
    });
    return { through, splitter };
  };
  const [out, err] = [splitterOf('out'), splitterOf('err')];
  docker.modem.demuxStream(stream, out.through, err.through);
  return new Promise((resolve) => {
    const end = (how: OutputEnd) => (): void => {
      // What was demultiplexed in this turn is split in it as well.
      setImmediate(() => {
        out.splitter.end();
        err.splitter.end();
        resolve(how);
      });
    };
    stream.once('end', end('ended'));
    stream.once('close', end('broken-off'));
    stream.once('error', end('broken-off'));
  });
};
