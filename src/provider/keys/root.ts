import { join } from 'node:path';
import { FedshotError } from '../../shared/errors.js';
import { readBytes, writeFileAtomic } from '../../shared/files.js';
import {
  dssePae,
  type Keyring,
  openRootDraft,
  type Root,
  serializeEnvelope,
  sha256,
  Store,
  validSigners,
  verifyNextRoot,
} from '../../shared/release/index.js';
import { finishRootChange } from '../roots/finish.js';
import { holdsKeys, type PublishedRoot, publishRoot, type RootChange } from '../roots/publish.js';

/** What came of a change of the root: it is public, or a draft that more keys have to sign. */
export type RootOutcome =
  | PublishedRoot
  /** Without missing signatures it waits for the keys that sign what is published with it. */
  | { state: 'draft'; version: number; file: string; missing: number };

export type { RootChange };

/**
 * Adds the signatures of the keys that are here to a draft; publishes it once they are enough and the
 * keys that sign the list of releases are here.
 *
 * @throws FedshotError `not-found`, `format`; `trust` when none of the keys here is asked for
 */
export async function signDraft(options: RootChange & { file: string }): Promise<RootOutcome> {
  const { file, keyring } = options;
  const { envelope, roles } = openRootDraft(readBytes(file), file);
  const finished = await finishRootChange(options);
  const old = new Store(options.store).newestRoot();
  if (old.fingerprint === sha256(envelope.payload)) {
    const { version, fingerprint } = old;
    return finished?.outcome ?? { state: 'published', version, fingerprint, republished: [] };
  }
  const signers = [
    ...(await keyring.available(old.roles.root)),
    ...(await keyring.available(roles.root)),
  ];
  const signatures = new Map(envelope.signatures.map((s) => [s.keyid, s]));
  const before = signatures.size;
  const pae = dssePae(envelope.payloadType, envelope.payload);
  for (const signer of signers)
    if (!signatures.has(signer.keyid))
      signatures.set(signer.keyid, { keyid: signer.keyid, sig: signer.sign(pae) });
  if (signatures.size === before && !(await isPublishable(keyring, old, readBytes(file))))
    throw new FedshotError('trust', `${keyring.dir} holds no key that has still to sign ${file}`, {
      hint: 'say where the keys are that have not signed yet: --keys DIR; fedshot keys show lists them',
    });
  const signed = serializeEnvelope({ ...envelope, signatures: [...signatures.values()] });
  return finishRoot(options, signed);
}

/** Publishes a root that enough keys have signed; else keeps it as a draft beside the keys. */
export async function finishRoot(change: RootChange, bytes: Uint8Array): Promise<RootOutcome> {
  const old = new Store(change.store).newestRoot();
  if (await isPublishable(change.keyring, old, bytes))
    return publishRoot(change, old, verifyNextRoot(old, bytes));
  const { version } = openRootDraft(bytes, 'draft root').document;
  const file = join(change.keyring.dir, `draft-root-${version}.json`);
  writeFileAtomic(file, bytes);
  return { state: 'draft', version, file, missing: missingFrom(old, bytes) };
}

/** How many signatures a draft lacks, those that either root asks for. */
function missingFrom(old: Root, bytes: Uint8Array): number {
  const { envelope, keys, roles } = openRootDraft(bytes, 'draft root');
  return [
    old.roles.root.threshold - validSigners(envelope, old.keys, old.roles.root).length,
    roles.root.threshold - validSigners(envelope, keys, roles.root).length,
  ].reduce((sum, n) => sum + Math.max(0, n), 0);
}

/** Whether enough have signed, and the keys of what is published with a root are here: root keys lie elsewhere. */
async function isPublishable(keyring: Keyring, old: Root, bytes: Uint8Array): Promise<boolean> {
  return (
    missingFrom(old, bytes) === 0 &&
    (await holdsKeys(keyring, old, openRootDraft(bytes, 'draft root')))
  );
}
