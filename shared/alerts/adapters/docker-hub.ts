/** Docker Hub's webhook (docs.docker.com, "Webhooks"): an image was pushed. */
import type { Adapter, HookRequest, Reading } from '../alert.ts';
import { at, first, has, isFields, one, text, when } from '../sketch.ts';

export const dockerHub: Adapter = {
  name: 'docker-hub',
  label: 'Docker Hub',
  read(request: HookRequest): Reading {
    const { value } = request;
    const [pushed, repository] = [at(value, 'push_data'), at(value, 'repository')];
    if (!isFields(pushed) || !has(repository, 'repo_name')) return undefined;
    const tag = text(pushed['tag']);
    return one('docker-hub', {
      title: `${text(repository['repo_name'])}${tag === '' ? '' : `:${tag}`} pushed`,
      severity: 'info',
      summary: repository['description'],
      facts: [
        ['Image', repository['repo_name']],
        ['Tag', tag],
        ['Pushed by', pushed['pusher']],
        ['Visibility', repository['is_private'] === true ? 'private' : 'public'],
      ],
      links: [['Repository', first(repository['repo_url'])]],
      startedAt: when(pushed['pushed_at']),
    });
  },
};
