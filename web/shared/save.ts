// SPDX-License-Identifier: Apache-2.0
// Hands a file to the browser, which asks where to put it.
export function save(file: { name: string; type: string; parts: (string | Uint8Array)[] }): void {
  const address = URL.createObjectURL(new Blob(file.parts as BlobPart[], { type: file.type }));
  const anchor = document.createElement('a');
  anchor.href = address;
  anchor.download = file.name;
  anchor.click();
  URL.revokeObjectURL(address);
}
