/**
 * What Lockstep's own programs and tests use of the command beyond its entry: `npm run image`, the benchmark, and tests
 * that span packages. It may change in any release.
 *
 * @internal
 * @module
 */
export { printMarkdown } from './check/markdown.ts';
export { archiveName, openArchives } from './image/archive.ts';
export { type Engine, findBuilder } from './image/engine.ts';
export { reportImages } from './image/image-list.ts';
export { epochOf, makeServerImages } from './image/make.ts';
export { hostPlatform, parsePlatform } from './image/platform.ts';
export {
  destinationOf,
  type ImageRequest,
  imagesFile,
  type Produced,
  produce,
} from './image/produce.ts';
export { normaliseTree } from './image/tree.ts';
export { defaultPython } from './image/venv.ts';
export { packClone } from './init/pack.ts';
export { Failure, sentenceOf } from './kernel/failure.ts';
export { runNpm } from './packages/npm.ts';
export { buildProgram } from './program.ts';
export { defaultConfig } from './project/load.ts';
export { defaultState } from './project/state-folder.ts';
export type { RegisteredResource } from './render/mock-monitor.ts';
export { findPulumiProject } from './render/pulumi-project.ts';
export { runProgram } from './render/run-program.ts';
export { writeBundle } from './up/prepare-environment.ts';
