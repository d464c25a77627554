/** Tells a kernel, where one listens, of files that the database reads for a cell: Node knows nothing of those. */
interface EvidenceHook {
  file(path: string, how: { readonly read?: boolean; readonly written?: boolean }): void
}

export function noteRead(path: string): void {
  const hook = (globalThis as { [key: symbol]: EvidenceHook | undefined })[Symbol.for('slipway.evidence')]
  hook?.file(path, { read: true })
}
