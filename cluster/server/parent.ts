/** A node that belongs to a harness must not outlive it. */
import net from 'node:net';

/**
 * Kills this process at once, as SIGKILL does, when the other end of an inherited pipe closes: nobody but the parent holds it, so
 * that is the parent's death. Throws where `descriptor` is no pipe, socket or terminal.
 */
export const dieWithParent = (descriptor: number): void => {
  const pipe = new net.Socket({ fd: descriptor, readable: true, writable: false });
  const die = () => process.kill(process.pid, 'SIGKILL');
  pipe.on('end', die).on('error', die).on('close', die);
  pipe.resume();
  pipe.unref();
};
