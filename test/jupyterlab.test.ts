/** The kernel in JupyterLab: by the server's REST and websocket interface, and in its page as a person uses it. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { openBrowser, screenshot } from './support/browser.ts'
import { startJupyterServer, type JupyterServer } from './support/jupyter-server.ts'
import { preparePython } from './support/python.ts'

const python = await preparePython()
const options = { skip: python ? false : 'no Python', timeout: 240_000 }

interface Message {
  readonly channel: string
  readonly header: { readonly msg_type: string }
  readonly parent_header: { readonly msg_id?: string }
  readonly content: Readonly<Record<string, unknown>>
}

test('the REST and websocket interface of a Jupyter server', options, async () => {
  await using server = await startJupyterServer(python!)
  const { kernelspecs } = (await server.api('GET', 'kernelspecs')) as {
    kernelspecs: Record<string, { spec: { language: string } }>
  }
  assert.equal(kernelspecs['slipway']?.spec.language, 'typescript')
  const { id } = (await server.api('POST', 'kernels', { name: 'slipway' })) as { id: string }
  const kernel = await connect(server, id)

  const sum = await kernel.request('execute_request', { code: "console.log('out'); 1 + 1", silent: false })
  // The reply comes on a channel of its own: what is published has an order, and the reply none in it.
  const published = sum.map(({ header }) => header.msg_type).filter(type => !/status|reply/.test(type))
  assert.deepEqual(published, ['execute_input', 'stream', 'execute_result'])
  assert.equal(reply(sum)['status'], 'ok')

  const loop = kernel.request('execute_request', { code: 'let kept = 5; while (true) await null' })
  await new Promise(resolve => setTimeout(resolve, 500))
  await server.api('POST', `kernels/${id}/interrupt`)
  assert.equal(reply(await loop)['ename'], 'Interrupted')
  const kept = await kernel.request('execute_request', { code: 'kept' })
  assert.deepEqual(kept.find(({ header }) => header.msg_type === 'execute_result')?.content['data'], {
    'text/plain': '5',
  })

  await server.api('POST', `kernels/${id}/restart`)
  const gone = await kernel.request('execute_request', { code: 'typeof kept' })
  assert.deepEqual(gone.find(({ header }) => header.msg_type === 'execute_result')?.content['data'], {
    'text/plain': "'undefined'",
  })
  kernel.close()
  await server.api('DELETE', `kernels/${id}`)
  assert.deepEqual(await server.api('GET', 'kernels'), [])
})

test('a person works with a notebook in JupyterLab', options, async () => {
  await using server = await startJupyterServer(python!)
  await writeFile(join(server.folder, 'rows.csv'), 'city,people\nUlm,126000\nKiel,247000\n')
  await writeFile(
    join(server.folder, 'nb.ipynb'),
    notebookOf([
      "console.log('from the first'); void setTimeout(() => console.log('late from the first'), 700)",
      "display.html('<em>rich text</em>')",
      "import { read } from 'slipway'\nread('rows.csv')",
      'await new Promise(r => setTimeout(r, 1200)); 6 * 7',
      'const person = { firstName: "Ada" }\nperson.firstName.length',
      "throw new RangeError('as asked')",
      "console.log('never')",
    ]),
  )
  const browser = await openBrowser()
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1100 } })
    page.setDefaultTimeout(30_000)
    await page.goto(`${server.url}/lab/tree/nb.ipynb?token=${server.token}`)
    await page.locator('.jp-Notebook .jp-CodeCell').nth(6).waitFor()
    await page.locator('.jp-NotebookPanel-toolbar', { hasText: 'Slipway (TypeScript)' }).waitFor()
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor()

    await chooseMenu(page, 'Run', 'Run All Cells')
    await output(page, 5).getByText('RangeError: as asked').first().waitFor()
    const first = output(page, 0)
    await first.getByText('late from the first').waitFor()
    assert.equal((await first.innerText()).trim(), 'from the first\nlate from the first')
    assert.equal(await output(page, 1).locator('em').innerText(), 'rich text')
    assert.equal(await output(page, 2).locator('table').first().isVisible(), true)
    assert.match(await output(page, 2).innerText(), /Ulm[^]*126.?000/)
    assert.equal((await result(page, 3).innerText()).trim(), '42')
    assert.equal((await result(page, 4).innerText()).trim(), '3')
    assert.equal((await output(page, 6).allInnerTexts()).join(''), '')
    await screenshot(page, 'jupyterlab-run-all')

    await typeCell(page, 6, 'person.firstN')
    await completeTo(page, 6, 'person.firstName')
    await page.keyboard.type('.toUpp')
    await completeTo(page, 6, 'person.firstName.toUpperCase')

    await typeCell(page, 6, 'while (true) await null')
    await page.keyboard.press('Shift+Enter')
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').waitFor()
    await chooseMenu(page, 'Kernel', 'Interrupt Kernel')
    await output(page, 6).getByText('Interrupted').first().waitFor()

    await chooseMenu(page, 'Kernel', /^Restart Kernel…/)
    await page.locator('.jp-Dialog .jp-mod-accept').click()
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor()
    await typeCell(page, 6, 'typeof person')
    await page.keyboard.press('Shift+Enter')
    await output(page, 6).getByText("'undefined'").waitFor()

    await typeCell(page, 6, "prompt('your name?')?.length")
    await page.keyboard.press('Shift+Enter')
    const stdin = page.locator('.jp-Stdin-input')
    await stdin.fill('Grace')
    await stdin.press('Enter')
    await result(page, 6).getByText('5', { exact: true }).waitFor()
    await screenshot(page, 'jupyterlab-end')

    await chooseMenu(page, 'File', /^Save Notebook$/)
    await assertSaved(join(server.folder, 'nb.ipynb'))
  } finally {
    await browser.close()
  }
})

/** The outputs of a cell. */
const output = (page: Page, cell: number): Locator =>
  page.locator('.jp-Notebook .jp-CodeCell').nth(cell).locator('.jp-Cell-outputArea')

/** The value that a cell shows. */
const result = (page: Page, cell: number): Locator =>
  output(page, cell).locator('.jp-OutputArea-executeResult .jp-OutputArea-output')

async function chooseMenu(page: Page, menu: string, item: string | RegExp): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${menu}$`) }).click()
  await page.locator('.lm-Menu-itemLabel', { hasText: item }).first().click()
}

/** Replaces a cell's text, and stays in it. */
async function typeCell(page: Page, cell: number, text: string): Promise<void> {
  await page.locator('.jp-Notebook .jp-CodeCell').nth(cell).locator('.cm-content').click()
  await page.keyboard.press('Control+A')
  await page.keyboard.type(text)
}

/** Presses Tab until a completion makes the cell this text: JupyterLab gives up on one after a second. */
async function completeTo(page: Page, cell: number, text: string): Promise<void> {
  const content = page.locator('.jp-Notebook .jp-CodeCell').nth(cell).locator('.cm-content')
  const deadline = Date.now() + 30_000
  while ((await content.innerText()).trim() !== text) {
    if (Date.now() > deadline) assert.fail(`Expected ${text}, got ${await content.innerText()}.`)
    await page.keyboard.press('Tab')
    await new Promise(resolve => setTimeout(resolve, 1500))
    const chosen = page.locator('.jp-Completer-item.jp-mod-active')
    if (await chosen.isVisible()) await page.keyboard.press('Enter')
  }
}

async function assertSaved(file: string): Promise<void> {
  const deadline = Date.now() + 10_000
  for (;;) {
    const text = await readFile(file, 'utf8')
    // It is empty while JupyterLab writes it.
    const { cells } = JSON.parse(text || '{ "cells": [] }') as { cells: { outputs?: unknown[] }[] }
    const counts = cells.map(({ outputs }) => outputs?.length ?? 0)
    if (counts[0] === 1 && counts[2] === 1) return
    if (Date.now() > deadline) assert.fail(`The saved notebook has outputs ${counts.join(', ')}.`)
    await new Promise(resolve => setTimeout(resolve, 200))
  }
}

function notebookOf(sources: readonly string[]): string {
  return JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {
      kernelspec: { name: 'slipway', display_name: 'Slipway (TypeScript)', language: 'typescript' },
    },
    cells: sources.map((source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      metadata: {},
      execution_count: null,
      outputs: [],
      source,
    })),
  })
}

const reply = (messages: readonly Message[]) =>
  messages.find(({ channel }) => channel === 'shell')?.content ?? {}

/** A websocket to a kernel, as JupyterLab opens it. */
async function connect({ url, token }: JupyterServer, id: string) {
  const session = randomUUID()
  const socket = new WebSocket(
    `${url.replace('http', 'ws')}/api/kernels/${id}/channels?session_id=${session}&token=${token}`,
  )
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  return {
    /** Sends on shell; everything that comes of it, up to the reply and the idle. */
    request(type: string, content: object): Promise<readonly Message[]> {
      const msgId = randomUUID()
      const messages: Message[] = []
      return new Promise(resolve => {
        socket.addEventListener('message', function take({ data }: MessageEvent<string>) {
          const message = JSON.parse(data) as Message
          if (message.parent_header.msg_id !== msgId) return
          messages.push(message)
          const isIdle = messages.some(({ content }) => content['execution_state'] === 'idle')
          if (!isIdle || !messages.some(({ channel }) => channel === 'shell')) return
          socket.removeEventListener('message', take)
          resolve(messages)
        })
        const header = {
          msg_id: msgId,
          msg_type: type,
          session,
          username: 'test',
          date: new Date().toISOString(),
          version: '5.4',
        }
        const message = { channel: 'shell', header, parent_header: {}, metadata: {}, content, buffers: [] }
        socket.send(JSON.stringify(message))
      })
    },
    close: () => socket.close(),
  }
}
