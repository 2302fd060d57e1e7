import sharp from 'sharp';

// One thread per picture, since pictures are decoded side by side, and nothing kept: none comes twice soon.
sharp.concurrency(1);
sharp.cache(false);

export { sharp };
