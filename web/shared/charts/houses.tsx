// SPDX-License-Identifier: Apache-2.0
// Coverage as a row of small houses: filled for a collective that is in the figures, outlined for one that is not. Each is
// an item of a list with its name as text.
import type { JSX } from 'preact';

export interface House {
  id: string;
  name: string;
  filled: boolean;
  /** The whole sentence, for example "Sanjh collective, Odisha: reported". */
  said: string;
}

export function Houses({ houses, label }: { houses: House[]; label: string }): JSX.Element {
  return (
    <ul class="houses" aria-label={label}>
      {houses.map((house) => (
        <li key={house.id} tabIndex={0}>
          <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true" class={house.filled ? 'house' : 'house house-empty'}>
            <path d="M2 9.5 10 2.5l8 7V18H2Z" />
          </svg>
          <span class="only-read">{house.said}</span>
        </li>
      ))}
    </ul>
  );
}
