export { loadPictures, type LoaderOptions } from '../../preprocessing/pictures/index.js';
