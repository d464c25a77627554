import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { words } from './arguments.ts'
import { readArguments } from './install.ts'
import { explainNpmFailure, readNpmFailure } from './npm-error.ts'
import { createNpmProgress } from './npm-progress.ts'
import { findNpm } from './npm.ts'

test('arguments as a shell reads them', () => {
  assert.deepEqual(words(`a "b c" 'd "e' f\\ g --x="y z"`), ['a', 'b c', 'd "e', 'f g', '--x=y z'])
  assert.deepEqual(words('  '), [])
})

test('packages and options of %install', () => {
  assert.deepEqual(readArguments('--save-dev a@^1.2 @b/c@latest npm:d --registry http://r // why'), {
    packages: ['a@^1.2', '@b/c@latest', 'd'],
    options: ['--save-dev', '--registry', 'http://r'],
  })
  assert.deepEqual(readArguments('"a@>=1 <2" --fetch-retries 0'), {
    packages: ['a@>=1 <2'],
    options: ['--fetch-retries', '0'],
  })
  assert.throws(() => readArguments('--global a'), /KERNEL031|--global/)
  assert.throws(() => readArguments('--save-dev'), /name of a package/)
})

test('how far npm is, by its log', () => {
  const { read } = createNpmProgress()
  assert.deepEqual(read('npm http fetch GET 200 https://r/a 48ms (cache miss)'), {
    phase: 'Looking for versions',
    done: 1,
  })
  read('npm silly placeDep ROOT a@3.2.5 OK for:  want: 3')
  read('npm silly placeDep ROOT b@2.0.3 OK for: a@3.2.5 want: 1 - 2')
  assert.deepEqual(read('npm http cache a@https://r/a/-/a-3.2.5.tgz 1ms (cache hit)'), {
    phase: 'Downloading',
    done: 1,
    total: 2,
  })
  assert.equal(read('npm verbose title npm install'), undefined)
  assert.deepEqual(read('npm silly ADD node_modules/a'), { phase: 'Unpacking', done: 2, total: 2 })
})

test('what npm says when it fails', () => {
  const explain = (code: string, summary = 'S.', detail = '') => explainNpmFailure({ code, summary, detail })
  assert.match(
    explain('E404', 'Not Found', "The requested resource 'no-such@*' could not be found"),
    /no package no-such in/,
  )
  assert.match(explain('ENOTFOUND'), /registry cannot be reached/)
  assert.match(explain('ERESOLVE', 'unable to resolve', 'peer a@1'), /--legacy-peer-deps/)
  assert.equal(explain('EODD', 'Odd.'), 'Odd.')
  assert.equal(explainNpmFailure({}), 'npm ended without a reason.')
  assert.deepEqual(readNpmFailure('noise {"error":{"code":"E404","summary":"s","detail":"d"}}', []), {
    code: 'E404',
    summary: 's',
    detail: 'd',
  })
  assert.deepEqual(readNpmFailure('', ['npm error code EACCES', 'npm error syscall mkdir']), {
    code: 'EACCES',
    summary: 'syscall mkdir',
  })
})

test('npm is found beside Node, in PATH, and missing it is said', () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'slipway-npm-')))
  try {
    const write = (path: string) => {
      mkdirSync(join(root, path, '..'), { recursive: true })
      writeFileSync(join(root, path), '')
      chmodSync(join(root, path), 0o755)
      return join(root, path)
    }
    const node = write('own/bin/node')
    const script = write('other/lib/node_modules/npm/bin/npm-cli.js')
    mkdirSync(join(root, 'other/bin'))
    symlinkSync(script, join(root, 'other/bin/npm'))
    assert.deepEqual(findNpm({ PATH: join(root, 'other/bin') }, node), { command: node, args: [script] })
    const shim = write('shims/npm')
    assert.deepEqual(findNpm({ PATH: `${root}/nothing:${join(root, 'shims')}` }, node), {
      command: shim,
      args: [],
    })
    const own = write('own/lib/node_modules/npm/bin/npm-cli.js')
    assert.deepEqual(findNpm({ PATH: join(root, 'other/bin') }, node), { command: node, args: [own] })
  } finally {
    rmSync(root, { recursive: true })
  }
})
