/** How far npm is, read from its log (`--loglevel silly`). Pure. */

export interface NpmProgress {
  readonly phase: string
  readonly done: number
  readonly total?: number
}

export interface NpmProgressReader {
  /** The state after a line, when the line changes it. */
  read(line: string): NpmProgress | undefined
}

export function createNpmProgress(): NpmProgressReader {
  const placed = new Set<string>()
  const fetched = new Set<string>()
  let requests = 0
  let building = false
  return {
    read(line) {
      const place = /^npm silly placeDep \S* ?(\S+@\S+) OK/.exec(line)?.[1]
      if (place) placed.add(place)
      const archive = /^npm http (?:fetch GET 200|cache) (\S+\.tgz)\b/.exec(line)?.[1]
      if (archive) fetched.add(archive)
      const isRequest = line.startsWith('npm http fetch GET') && !archive
      if (isRequest) requests += 1
      const builds = /^npm (?:info run|silly ADD)/.test(line) && !building
      if (builds) building = true
      if (!place && !archive && !isRequest && !builds) return undefined
      if (building) return { phase: 'Unpacking', done: placed.size, total: placed.size }
      if (fetched.size > 0)
        return { phase: 'Downloading', done: fetched.size, total: Math.max(placed.size, fetched.size) }
      return { phase: 'Looking for versions', done: requests }
    },
  }
}
