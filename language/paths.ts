/** Paths as `.slip` files write them: from the project's root, with forward slashes. */

/** Without `.` and `..` in it; undefined when it leaves the project or names nothing. */
export function normalPath(path: string): string | undefined {
  const parts: string[] = []
  if (path.startsWith('/') || /^[a-zA-Z]:/.test(path)) return undefined
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined
    if (part !== '..' && part !== '.' && part !== '') parts.push(part)
  }
  return parts.length > 0 ? parts.join('/') : undefined
}

export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1)
}

export function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
