/** The page's glossary, for a reader who has read nothing else. */
export const TERMS: readonly (readonly [string, string])[] = [
  ['provider', 'who trained a model and publishes its weights'],
  ['site', 'who pulls the weights and adapts them to data of its own, which stay there'],
  ['release', 'a version of the weights, signed by the provider'],
  ['root', 'the provider’s signed list of keys, from which all other trust is derived'],
  ['fingerprint', 'a number that nothing else has: two things of one fingerprint are the same'],
  [
    'log',
    'the provider’s list of everything that its server has answered, to which it can only add',
  ],
  ['leaf', 'one line of that list: one answer, its length and its fingerprint'],
  ['checkpoint', 'the signed state of the log at a moment; sites keep the last that they saw'],
  [
    'recorder',
    'a machine on the way between provider and sites, which counts bytes and reads none',
  ],
  ['egress', 'what leaves the provider, over the network'],
  [
    'unexplained bytes',
    'bytes that passed and that no signed release and no protocol accounts for',
  ],
  [
    'slack',
    'bytes that a protocol may or may not need: the most in which something could be hidden',
  ],
  ['stranger', 'who connected, was given no release and showed no certificate'],
  ['classifier (C)', 'the part of the model that must stay as it was released'],
  ['isolation', 'a process without a network and without files but its own'],
];
