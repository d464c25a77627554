/** The hook of the kernel whose cell this is (kernel/display/api.ts); undefined outside of one. */
export interface KernelHook {
  display(bundle: Readonly<Record<string, unknown>>, options?: { displayId?: string; update?: boolean }): void
  /** Aborted when the cell that runs is interrupted; another one for every run. */
  readonly signal: AbortSignal | undefined
}

export function kernelHook(): KernelHook | undefined {
  return (globalThis as { [key: symbol]: KernelHook | undefined })[Symbol.for('slipway.kernel')]
}
