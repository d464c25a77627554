/**
 * Step processes that outlived a killed service. Each names its request file, which lies in the state folder, on
 * its command line: that identifies it for certain, where a recorded process id might by now be somebody else's.
 */
import { execFile } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

/** Ends every process whose arguments name a file below `folder`, and waits until they are gone. Returns their ids. */
export async function killOrphans(folder: string): Promise<readonly number[]> {
  const ended = new Set<number>()
  for (;;) {
    const orphans = (await processes()).filter(p => p.pid !== process.pid && p.command.includes(`${folder}/`))
    if (orphans.length === 0) return [...ended]
    for (const { pid } of orphans) if (!ended.has(pid)) kill(pid)
    for (const { pid } of orphans) ended.add(pid)
    await sleep(5)
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

interface ListedProcess {
  readonly pid: number
  readonly command: string
}

async function processes(): Promise<readonly ListedProcess[]> {
  if (process.platform === 'linux') return await linuxProcesses()
  if (process.platform === 'win32') return []
  const { stdout } = await promisify(execFile)('ps', ['-axww', '-o', 'pid=,command='])
  return stdout.split('\n').flatMap(line => {
    const [, pid, command] = /^\s*(\d+) (.*)$/.exec(line) ?? []
    return pid === undefined ? [] : [{ pid: Number(pid), command: command! }]
  })
}

/** A dead process that nobody has waited for has an empty command line and is no concern. */
async function linuxProcesses(): Promise<readonly ListedProcess[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  return await Promise.all(
    ids.map(async id => {
      const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
      return { pid: Number(id), command: command.replaceAll('\0', ' ') }
    }),
  )
}
