export { readPolicy, type Access, type Policy } from './access.js';
export { Door, type Asks } from './door.js';
export { defaultLimits, type ServeLimits, type ServingOptions, type Serving } from './options.js';
export { serve } from './serve.js';
export { answersServer, askedSecrets, ownSecrets, type ServerSecrets } from './secrets.js';
