/** Handles of what was shown. A cell that ends with one has shown already what there is to show. */
const handles = new WeakSet<object>()

export function markHandle<T extends object>(handle: T): T {
  handles.add(handle)
  return handle
}

export const isHandle = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && handles.has(value)
