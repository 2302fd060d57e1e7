export { readAccess, readPolicy, type Access, type Policy } from './access.js';
export { defaultLimits, type ServeLimits, type ServeOptions, type Serving } from './options.js';
export { serve } from './serve.js';
