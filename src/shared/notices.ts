/** What notes and warnings are about: a program branches on the code, a person reads the line. */
export const NOTICES = {
  'answered-by':
    'which model gave the predictions: `model` is a run or `released`, `release`, `version`',
  'authority-changed': 'the root that a site trusts has moved on: `from`, `to`',
  'classes-not-described': 'too few held-out samples of some classes for the card: `count`',
  'data-reading': 'something about the data as it was read',
  'engine-install': 'an engine is being fetched or built: `engine`',
  'engine-skipped': 'an engine that is here does not load: `engine`',
  'engine-slow': 'a slow engine is used, and how to get a faster one: `engine`',
  expiry: 'something signed has expired, or soon will',
  'home-moved': 'files of an earlier fedshot were put where this one keeps them',
  'home-unusable': 'files of an earlier fedshot cannot be used',
  'index-not-signed': 'the log key that signs the index is not here',
  init: 'what weights from elsewhere gave to F',
  isolation: 'what private data is protected by here: `network`',
  'many-classes': 'the labels may be measurements: `classes`, `samples`',
  'method-skipped': '`auto` has no time left for a method: `method`',
  'method-tried': '`auto` has tried a method: `method`, `outcome`',
  'model-card': 'about the card of a model that is published',
  'newer-release': 'a newer version than that of the run in use is here: `release`, `version`',
  'no-better-than-chance': 'what was imported answers as chance would: `accuracy`, `classes`',
  'no-log': 'this server writes no transparency log',
  'not-handed-over': 'a file that fedshot did not write was left out: `file`',
  'nothing-to-resume': 'no run to go on with: a new one begins',
  'open-to-anybody': 'this server asks nobody for a certificate',
  other: 'anything else, such as notes of commands that programs add',
  'picture-left-out': 'a picture cannot be read; its name stays at the site',
  plaintext: 'the connection is not encrypted',
  prior: 'the class shares that the loss is given',
  'publish-size': 'how much is new in a version: `release`, `bytes`',
  resumed: 'an earlier run goes on: `run`',
  retry: 'a source failed and is tried again: `error`, `waitMs`',
  'source-failed': 'a source failed after everything had come: `error`',
  'source-skipped': 'a source is not used, or another one is asked first: `source`, `error`',
  waiting: 'another process is at work on the same',
  'weak-passphrase': 'the passphrase of the keys is weak',
  'wheel-digest': 'the SHA-256 of a wheel that was fetched: `wheel`, `sha256`',
} as const satisfies Readonly<Record<string, string>>;

/** What a note or a warning is about. */
export type NoticeCode = keyof typeof NOTICES;

/** The figures and names in a note or a warning. */
export type NoticeFields = Readonly<Record<string, string | number | boolean>>;
