// Loaded before each test file by `npm test`: what is compiled for one file, its types stripped, is kept for the others.
// Most load the same hundreds of sources, which takes longer than many a test. No TypeScript itself: what strips types takes
// a tenth of a second to load, and is not needed where all is kept.

import { enableCompileCache } from 'node:module'

enableCompileCache()
