export { PICTURE_DOMAINS, SHAPE_NAMES, drawPicture, type PictureDomain } from './draw.js';
export { drawPictures } from './folder.js';
