import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { File, ready, type Dataset, type Group } from 'h5wasm/node';
import { assertRegularFile } from '../bytes.js';

export type Hdf5Module = Awaited<typeof ready>;

/** HDF5 files that a reader has open; one file may refer to others. */
export class OpenFiles {
  private readonly byPath = new Map<string, File>();

  private constructor(readonly module: Hdf5Module) {}

  static async start(): Promise<OpenFiles> {
    const module = await ready;
    // Otherwise the library prints its error stack itself, and goes on.
    module.activate_throwing_error_handler();
    return new OpenFiles(module);
  }

  /** @throws FedshotError `not-found`, `io`, `data` for no regular file; else what the library throws */
  open(path: string): File {
    const known = this.byPath.get(path);
    if (known) return known;
    assertRegularFile(path);
    const file = new File(path, 'r');
    this.byPath.set(path, file);
    return file;
  }

  /** Names of the attributes of an object. */
  attributes({ file_id, path }: Dataset | Group): string[] {
    return this.module.get_attribute_names(file_id, path);
  }

  close(): void {
    for (const file of this.byPath.values()) file.close();
    this.byPath.clear();
  }
}

/**
 * Where the library looks for a file that another one names, the first that is there (H5Pset_elink_prefix,
 * "File search": the name itself if absolute, beside the file, in the working directory, beside what
 * the file is a link to).
 *
 * @returns undefined where none is, or is hidden
 */
export function referred(from: string, name: string): string | undefined {
  const relative = isAbsolute(name) ? basename(name) : name;
  const places = [
    ...(isAbsolute(name) ? [name] : []),
    join(dirname(from), relative),
    resolve(relative),
    join(dirname(realpathSync(from)), relative),
  ];
  return places.find((place) => statSync(place, { throwIfNoEntry: false })?.isFile());
}
