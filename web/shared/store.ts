// SPDX-License-Identifier: Apache-2.0
// State that views look at: whoever watches draws again when it changes.
import { useEffect, useState } from 'preact/hooks';

export class Watched {
  private readonly watchers = new Set<() => void>();
  /** Grows with each change. */
  version = 0;

  changed(): void {
    this.version += 1;
    for (const watcher of [...this.watchers]) watcher();
  }

  watch(watcher: () => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }
}

/** Draws the calling component again whenever `state` changes. */
export function useWatched(state: Watched | undefined): void {
  const [, draw] = useState(state?.version);
  useEffect(() => {
    // It may have changed between the first drawing and now.
    draw(state?.version);
    return state?.watch(() => draw(state.version));
  }, [state]);
}
