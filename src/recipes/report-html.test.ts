import { expect, test } from 'vitest'
import { html } from './report-html.ts'

test('text is escaped, whatever it holds; HTML and lists of it are not', () => {
  const hostile = `<img src=x onerror="a('&')">`
  expect(html`<p title="${hostile}">${hostile}</p>`.text).toBe(
    '<p title="&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;">&lt;img src=x onerror=&quot;a(&#39;&amp;&#39;)&quot;&gt;</p>',
  )
  expect(html`${[html`<i>${1}</i>`, html`<i>${'<'}</i>`]}${''}${html`<b></b>`}`.text).toBe('<i>1</i><i>&lt;</i><b></b>')
})

test('what can not be seen, or turns the text around it, is shown as an escape', () => {
  expect(html`${'a\u0000\u001b[1m\u202egnp.\ud800\u2028'}`.text).toBe('a\\x00\\x1b[1m\\u202egnp.\\ud800\\u2028')
  expect(html`${'Zoë 日本 😀\nnext'}`.text).toBe('Zoë 日本 😀\nnext')
})
