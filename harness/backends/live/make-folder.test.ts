import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder } from './make-folder.ts';

describe('makeFolder', () => {
  let base: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'schism-make-folder-'));
  });
  afterEach(() => {
    rmSync(base, { recursive: true, force: true });
  });

  it('makes a folder and those above it, and leaves alone what is there', () => {
    const folder = join(base, 'a', 'b');

    makeFolder(folder);
    writeFileSync(join(folder, 'file'), 'x');
    makeFolder(folder);

    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('x');
  });

  it.each([
    ['the name is a file', 'file', 'file'],
    ['a name above it is a file', 'file/inside', 'file'],
    ['the name is a link that leads nowhere', 'nowhere', 'nowhere'],
  ])('names what is in the way where %s', (_, name, inTheWay) => {
    writeFileSync(join(base, 'file'), '');
    symlinkSync(join(base, 'gone'), join(base, 'nowhere'));

    expect(() => {
      makeFolder(join(base, name));
    }).toThrow(`EEXIST: file already exists, mkdir '${join(base, inTheWay)}'`);
  });

  // Only Linux has a file system that answers so; where it is missing, the root has no room for it either.
  it('ends where a file system makes no folders', () => {
    expect(() => {
      makeFolder('/proc/schism/inside');
    }).toThrow(/ENOENT|EACCES|EROFS/);
  });
});
