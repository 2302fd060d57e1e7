import { Registry } from '../../registry.js';
import type { Network } from '../network.js';
import { dtn } from './dtn.js';
import { lenet } from './lenet.js';
import { mlp } from './mlp.js';
import { mobilenets } from './mobilenet.js';
import { resnets } from './resnet.js';
import { vits } from './vit.js';

/** The networks that this process knows: `model.json` names one of them. */
export const networks = new Registry<Network>('network', [
  lenet,
  dtn,
  mlp,
  ...resnets,
  ...mobilenets,
  ...vits,
]);
