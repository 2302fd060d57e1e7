import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { Markup } from '../page/index.js';
import { printableLine } from '../terminal/index.js';
import type { EpochReport } from './model.js';

use([LineChart, GridComponent, LegendComponent, SVGRenderer]);

export interface Series {
  name: string;
  /** `[x, y]`, ascending. */
  points: [number, number][];
}

export interface ChartOptions {
  /** The chart in words, for screen readers. */
  description: string;
  /** Shares are shown as percentages, on an axis from 0 to 100% or on the fifths that they fill. */
  share?: 'whole' | 'fit';
  /** Width twice the height, or four times. */
  wide?: boolean;
}

/** One figure over the epochs that have it. */
export function pointsOf(
  epochs: EpochReport[],
  pick: (epoch: EpochReport) => number | undefined,
): [number, number][] {
  return epochs.flatMap((epoch): [number, number][] => {
    const y = pick(epoch);
    return typeof y === 'number' && Number.isFinite(y) ? [[epoch.epoch, y]] : [];
  });
}

// echarts has to parse its colours, so these stand in for the page's own until the SVG is made
const INK = '#010203';
const RULE = '#040506';
const COLOURS = ['#3f7fc4', '#c9741a', '#2f9467', '#ad5bb0', '#d0485a', '#7d7f2a'];
const DASHES = ['solid', 'dashed', 'dotted'] as const;

/** Lines over epochs, as inline SVG that follows the page's colours. No script is needed to see it. */
export function lineChart(series: Series[], options: ChartOptions): Markup {
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width: options.wide ? 960 : 480,
    height: 260,
  });
  const axis = {
    axisLabel: { color: INK, fontSize: 13 },
    axisLine: { lineStyle: { color: RULE } },
    axisTick: { show: false },
    nameTextStyle: { color: INK, fontSize: 13 },
  };
  const last = Math.max(1, ...series.flatMap((line) => line.points.map(([x]) => x)));
  const first = Math.min(last, ...series.flatMap((line) => line.points.map(([x]) => x)));
  try {
    chart.setOption({
      animation: false,
      color: COLOURS,
      grid: { left: 48, right: 16, top: 36, bottom: 40 },
      legend: {
        top: 0,
        left: 'left',
        itemWidth: 28,
        icon: 'path://M0 4 L28 4 L28 7 L0 7 Z',
        textStyle: { color: INK, fontSize: 13 },
      },
      xAxis: {
        ...axis,
        type: 'value',
        name: 'epoch',
        nameLocation: 'middle',
        nameGap: 24,
        min: first,
        max: last,
        minInterval: 1,
        splitLine: { show: false },
      },
      yAxis: {
        ...axis,
        type: 'value',
        splitLine: { lineStyle: { color: RULE } },
        ...(options.share
          ? {
              min: options.share === 'fit' ? lowestFifth(series) : 0,
              max: 1,
              axisLabel: { ...axis.axisLabel, formatter: (y: number) => `${Math.round(y * 100)}%` },
            }
          : { scale: true }),
      },
      series: series.map((line, i) => ({
        type: 'line',
        name: printableLine(line.name),
        showSymbol: line.points.length === 1,
        symbol: 'circle',
        itemStyle: { color: COLOURS[i % COLOURS.length] },
        lineStyle: { width: 2, type: DASHES[i % DASHES.length] },
        data: line.points,
      })),
    });
    return themed(chart.renderToSVGString(), options.description);
  } finally {
    chart.dispose();
  }
}

function lowestFifth(series: Series[]): number {
  const values = series.flatMap((line) => line.points.map(([, y]) => y));
  return Math.floor(Math.min(0.8, ...values) * 5) / 5;
}

function themed(svg: string, description: string): Markup {
  const label = description.replace(/[&<>"]/g, ' ');
  return new Markup(
    svg
      .replace(/<style[^>]*>[\s\S]*?<\/style>/g, '') // hover rules that would leak into the page
      .replaceAll(INK, 'currentColor')
      .replaceAll(RULE, 'var(--rule)')
      .replace('<svg ', `<svg role="img" aria-label="${label}" `),
  );
}
