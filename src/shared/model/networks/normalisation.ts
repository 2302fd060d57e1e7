import type { ChannelNormalisation } from '../../preprocessing/picture-input.js';

/** ImageNet's means and deviations, as torchvision's and timm's weights expect. */
export const IMAGENET: ChannelNormalisation = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
};

/** Grey levels −1..1, as weights from TensorFlow expect. */
export const HALF: ChannelNormalisation = { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] };
