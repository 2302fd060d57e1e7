import type { NetworkCase } from './network-case.js';

/** Of each kind of network one that any engine does in seconds. */
export const SMALL_CASES: readonly NetworkCase[] = [
  { name: 'resnet18', side: 32 },
  { name: 'resnet50', side: 32 },
  { name: 'mobilenetv1_025', side: 33 },
  { name: 'vit_small_patch16', side: 32, parameters: { layerScale: true } },
];

/** By network and tensor, its norm and its signed sum. */
export type Fingerprints = Record<string, Record<string, [norm: number, signed: number]>>;
