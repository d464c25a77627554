/** A page of ours in an editor tab: the bundle of web/, nothing from anywhere else. */
import { randomBytes } from 'node:crypto'
import * as vscode from 'vscode'

export interface PageOptions {
  readonly extension: vscode.ExtensionContext
  /** Name of the bundle in dist/web. */
  readonly bundle: 'run-page' | 'predict-page' | 'training-page' | 'table-page' | 'promotion-page'
  readonly title: string
  /** Beside the editor, which keeps the focus, rather than in front of it. */
  readonly beside?: boolean
}

export function createPage({ extension, bundle, title, beside }: PageOptions): vscode.WebviewPanel {
  const web = vscode.Uri.joinPath(extension.extensionUri, 'dist/web')
  const place = beside
    ? { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true }
    : vscode.ViewColumn.Active
  const panel = vscode.window.createWebviewPanel(`slipway.${bundle}`, title, place, {
    enableScripts: true,
    localResourceRoots: [web],
    retainContextWhenHidden: true,
  })
  panel.webview.html = pageHtml(panel.webview, { web, bundle, title })
  panel.iconPath = vscode.Uri.joinPath(extension.extensionUri, 'media/slip-light.svg')
  return panel
}

/** The document that loads a bundle of web/ and nothing else. */
export function pageHtml(
  webview: vscode.Webview,
  { web, bundle, title }: { readonly web: vscode.Uri; readonly bundle: string; readonly title: string },
): string {
  const script = webview.asWebviewUri(vscode.Uri.joinPath(web, `${bundle}.js`))
  const nonce = randomBytes(16).toString('base64')
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${title.replace(/[<&]/g, '')}</title>
</head>
<body><script nonce="${nonce}" src="${script.toString()}"></script></body>
</html>`
}
