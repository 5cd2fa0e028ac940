import { Failure } from '../failure.ts';
import { runTool } from '../packages/tool.ts';
import type { Engine, ImageBuild } from './engine.ts';

/** Docker with BuildKit. */
export function dockerEngine(): Engine {
  return {
    name: 'docker',
    async build(image) {
      await runTool('docker', buildArguments(image), {
        purpose: `docker can't build ${image.tag}`,
        // Dates what BuildKit itself writes; the files are dated already.
        env: { ...process.env, SOURCE_DATE_EPOCH: String(image.epoch) },
      });
    },
    async idOf(tag) {
      const inspect = ['image', 'inspect', '--format', '{{.Id}}', tag];
      const id = await runTool('docker', inspect, { purpose: tag }).catch(() => undefined);
      return id?.trim();
    },
    async push(tag, reference) {
      await runTool('docker', ['tag', tag, reference], { purpose: `docker can't name ${tag}` });
      await runTool('docker', ['push', '--quiet', reference], { purpose: `docker can't push ${reference}` });
      const format = '{{range .RepoDigests}}{{println .}}{{end}}';
      const digests = await runTool('docker', ['image', 'inspect', '--format', format, reference], {
        purpose: `docker can't inspect ${reference}`,
      });
      const repository = `${reference.replace(/:[^:/]+$/, '')}@`;
      const own = digests.split('\n').find((line) => line.startsWith(repository));
      if (own === undefined) throw new Failure(`docker pushed ${reference} and doesn't tell its digest.`);
      return own.slice(repository.length).trim();
    },
    async save(tag, file, reference) {
      await runTool('docker', ['tag', tag, reference], { purpose: `docker can't name ${tag}` });
      await runTool('docker', ['save', '--output', file, reference], {
        purpose: `docker can't write ${file}`,
      });
    },
  };
}

function buildArguments({ tag, context, containerfile, args, labels, platform }: ImageBuild): string[] {
  return [
    // Attestations hold the time of the build.
    ...['buildx', 'build', '--load', '--quiet', '--provenance=false', '--platform', platform],
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(labels).flatMap(([key, value]) => ['--label', `${key}=${value}`]),
    ...['--tag', tag, '--file', containerfile, context],
  ];
}
