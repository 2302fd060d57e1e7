export { DIGIT_DOMAINS } from './draw.js';
export { digits } from './reader.js';
