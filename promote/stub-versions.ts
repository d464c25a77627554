/** Whether effect stubs were written for the versions that are installed. What they say of others is a guess. */
import { isBuiltin } from 'node:module'
import satisfies from 'semver/functions/satisfies.js'
import type { Assumption } from './assumptions.ts'
import type { ProjectView } from './lock.ts'
import type { Effects } from './slice/effects.ts'
import type { Slice } from './slice/slice.ts'
import { packageName, ts } from './slice/typescript.ts'

/** One for each stub of a package that some cell imports, kept or not, and that is of another version. */
export async function stubVersions(
  slice: Slice,
  { stubs }: Pick<Effects, 'stubs'>,
  project: Pick<ProjectView, 'packageVersion'>,
): Promise<readonly Assumption[]> {
  const found = new Map<string, Assumption>()
  for (const [name, cell] of importedPackages(slice))
    for (const stub of stubs) {
      if (stub.package !== name && !stub.also.includes(name)) continue
      // A package that hands on what another one has may count by itself.
      const installed = (await project.packageVersion(stub.package)) ?? (await project.packageVersion(name))
      if (!installed || isWithin(installed.version, stub.versions)) continue
      const message =
        `The effect stub for ${stub.package} was written for versions ${stub.versions}, and ${installed.version} is ` +
        'installed: what it says of calls may be wrong.'
      found.set(message, { kind: 'stub-version', message, cell, stub: stub.package })
    }
  return [...found.values()]
}

/** What has no version is not held to one. */
function isWithin(version: string, range: string): boolean {
  return !/^\d+\.\d+\.\d+/.test(version) || satisfies(version, range, { includePrerelease: true })
}

/** Packages that cells import, whether the pipeline needs them or not, with the first cell that does. */
function importedPackages({ statements }: Slice): ReadonlyMap<string, string> {
  const cells = new Map(statements.map(({ node, cell }) => [node.getSourceFile(), cell]))
  const found = new Map<string, string>()
  for (const [{ text }, cell] of cells)
    for (const { fileName } of ts.preProcessFile(text, true, true).importedFiles)
      if (!/^[.#/]/.test(fileName) && !isBuiltin(fileName) && !found.has(packageName(fileName)))
        found.set(packageName(fileName), cell)
  return found
}
