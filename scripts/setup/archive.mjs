import { lstatSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { pack } from 'tar-stream';

/** Always the same, so that equal contents make an equal archive. */
const MTIME = new Date(0);

/** A tar stream under construction. Everything in it is root's and readable by all, whatever it is here. */
export class Archive {
  #tar = pack();

  /** A file with the given content, or with that of a file here (behind its links). */
  file(name, { content, from, mode = 0o644 }) {
    this.#tar.entry({ name: inArchive(name), mode, mtime: MTIME }, content ?? readFileSync(from));
  }

  link(name, target) {
    this.#tar.entry({ name: inArchive(name), type: 'symlink', linkname: target, mtime: MTIME });
  }

  folder(name, mode = 0o755) {
    this.#tar.entry({ name: inArchive(name), type: 'directory', mode, mtime: MTIME });
  }

  /** A file, or a folder with all that is in it. */
  tree(name, from) {
    const found = lstatSync(from);
    if (found.isSymbolicLink()) this.link(name, readlinkSync(from));
    else if (found.isDirectory()) {
      this.folder(name);
      for (const entry of readdirSync(from).toSorted()) this.tree(join(name, entry), join(from, entry));
    } else if (found.isFile()) {
      this.file(name, { from, mode: (statSync(from).mode & 0o111) === 0 ? 0o644 : 0o755 });
    }
  }

  /** @returns the stream; nothing can be added any more */
  end() {
    this.#tar.finalize();
    return this.#tar;
  }
}

const inArchive = (name) => relative('/', join('/', name));
