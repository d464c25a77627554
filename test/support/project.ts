/** A project of its own for a test: a copy of an example with its data, outside the checkout, and the command line. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { layExampleData, type Example } from '../../scripts/example-data.ts'

const checkout = join(import.meta.dirname, '../..')

export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface TestProject extends AsyncDisposable {
  /** Absolute. */
  readonly root: string
  /** Runs `slipway` there, whatever its exit code. */
  run(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>
  /** Runs `slipway … --json` there and gives the document (of a stream: all of them). Throws when it fails. */
  json<T = Record<string, unknown>>(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<T>
}

/** Copies `examples/<example>`; the embedded backend, if one was started, ends with the project. */
export async function createTestProject(example: Example): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), `slipway-${example}-`))
  const isMade = (path: string) => /[\\/](\.slipway|pipelines|data)$/.test(path)
  await cp(join(checkout, 'examples', example), root, { recursive: true, filter: from => !isMade(from) })
  layExampleData(example, root)
  return projectAt(root)
}

/** A project of these files, text by path; `slipway.json` has every default unless it is among them. */
export async function createProjectOf(files: Readonly<Record<string, string>>): Promise<TestProject> {
  const root = await mkdtemp(join(tmpdir(), 'slipway-project-'))
  for (const [path, text] of Object.entries({ 'slipway.json': '{ "language": 1 }', ...files })) {
    await mkdir(dirname(join(root, path)), { recursive: true })
    await writeFile(join(root, path), text)
  }
  return projectAt(root)
}

function projectAt(root: string): TestProject {
  const run = (args: readonly string[], env: NodeJS.ProcessEnv = {}) => slipway(root, args, env)
  return {
    root,
    run,
    async json<T>(args: readonly string[], env?: NodeJS.ProcessEnv): Promise<T> {
      const outcome = await run([...args, '--json'], env)
      if (outcome.code !== 0)
        throw new Error(
          `slipway ${args.join(' ')} ended with ${outcome.code}:\n${outcome.stderr}\n${outcome.stdout.slice(-2000)}`,
        )
      return parse(outcome.stdout) as T
    },
    async [Symbol.asyncDispose]() {
      await run(['backend', 'stop'])
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** One document, or the lines of a stream. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
      .trim()
      .split('\n')
      .map(line => JSON.parse(line) as unknown)
  }
}

async function slipway(cwd: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<Outcome> {
  const argv = ['--disable-warning=ExperimentalWarning', join(checkout, 'cli/main.ts'), ...args]
  const options = { cwd, env: { ...process.env, INIT_CWD: cwd, ...env }, maxBuffer: 2 ** 28 }
  return await new Promise(resolve =>
    execFile(process.execPath, argv, options, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code ?? 1) : 0, stdout, stderr }),
    ),
  )
}
