import { join } from 'node:path';
import { type BrowserContext, chromium, type Page } from 'playwright-core';
import sharp from 'sharp';
import { root } from '../pages.ts';

/** Takes pictures of pages, each as it looks in the light and in the dark. */
export interface Camera extends AsyncDisposable {
  /**
   * @param size in CSS pixels; twice as many are in the picture. Without a height, the whole page is.
   */
  shoot(
    name: string,
    size: { width: number; height?: number },
    show: (page: Page) => Promise<void>,
  ): Promise<void>;
}

export async function openCamera(): Promise<Camera> {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium' });
  return {
    async shoot(name, { width, height }, show) {
      for (const colorScheme of ['light', 'dark'] as const) {
        const context: BrowserContext = await browser.newContext({
          colorScheme,
          deviceScaleFactor: 2,
          viewport: { width, height: height ?? 100 },
        });
        const page = await context.newPage();
        await show(page);
        const picture = await page.screenshot({ fullPage: height === undefined });
        const file = join(root, 'docs/images', `${name}-${colorScheme}.png`);
        // 64 colours are enough for text, and a third of the size.
        const { size } = await sharp(picture).png({ palette: true, colours: 64, effort: 10 }).toFile(file);
        console.log(`docs/images/${name}-${colorScheme}.png: ${Math.ceil(size / 1024)} KiB`);
        await context.close();
      }
    },
    [Symbol.asyncDispose]: () => browser.close(),
  };
}
