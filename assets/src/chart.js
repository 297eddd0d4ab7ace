// Draws every element with a data-chart attribute; loaded only on pages with charts. Canvas and rich-text
// tooltips, because a strict CSP forbids the inline styles of the others.
import * as echarts from 'echarts/core';
import { BarChart, LineChart, PieChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent, AriaComponent } from 'echarts/components';
import { CanvasRenderer } from 'echarts/renderers';

echarts.use([BarChart, LineChart, PieChart, GridComponent, LegendComponent, TooltipComponent, AriaComponent, CanvasRenderer]);

// Six colours that keep 3:1 against white and differ in lightness; decals tell them apart without colour.
const COLOURS = ['#1d4e8f', '#a86400', '#2f7d5b', '#8a3b6e', '#4f6d8f', '#7a6a1f'];
const number = value => new Intl.NumberFormat('zh-CN').format(value);

function options(data, size) {
  const text = { fontSize: size, fontFamily: getComputedStyle(document.body).fontFamily, color: '#3b4a5c' };
  const common = {
    color: COLOURS, textStyle: text, animation: false,
    aria: { enabled: false, decal: { show: data.series.length > 1 || data.kind === 'pie' } },
    tooltip: { renderMode: 'richText', confine: true, trigger: data.kind === 'pie' ? 'item' : 'axis', valueFormatter: value => `${number(value)} ${data.unit}` },
    legend: { show: data.series.length > 1, top: 0, left: 0, textStyle: text, itemWidth: 18 },
  };
  if (data.kind === 'pie') {
    const shares = data.categories.map((name, place) => ({ name, value: data.series[0]?.values[place] ?? 0 }));
    return { ...common, series: [{ type: 'pie', radius: ['36%', '62%'], itemStyle: { borderColor: '#fff', borderWidth: 2 }, label: { formatter: one => `${one.name} ${one.percent.toFixed(1)}%`, overflow: 'none', bleedMargin: 0, ...text }, labelLine: { length: 8, length2: 6 }, data: shares }] };
  }
  return {
    ...common,
    grid: { left: 8, right: 16, bottom: 4, top: data.series.length > 1 ? size * 2.6 : 14, containLabel: true },
    xAxis: { type: 'category', data: data.categories, axisLabel: { ...text, interval: 0, hideOverlap: true }, axisTick: { show: false }, axisLine: { lineStyle: { color: '#b7c2cf' } } },
    yAxis: { type: 'value', axisLabel: { ...text, formatter: number }, splitLine: { lineStyle: { color: '#e6ebf1' } }, minInterval: 1 },
    series: data.series.map(one => ({ name: one.name, type: data.kind, data: one.values, barMaxWidth: 34, symbolSize: 6, lineStyle: { width: 2 } })),
  };
}

function draw(element) {
  if (element.dataset.drawn) return;
  const data = JSON.parse(element.dataset.chart);
  element.dataset.drawn = '1';
  element.hidden = false;
  const size = Math.round(parseFloat(getComputedStyle(document.documentElement).fontSize) * 0.86);
  const chart = echarts.init(element);
  chart.setOption(options(data, size));
  if (data.hrefs.length) chart.on('click', event => { const href = data.hrefs[event.dataIndex]; if (href) location.assign(href); });
  new ResizeObserver(() => chart.resize()).observe(element);
  // The table stays one click away; it was open for those without this script.
  element.parentElement.querySelector('.jb-chart__data')?.removeAttribute('open');
}

const drawAll = root => root.querySelectorAll('[data-chart]').forEach(draw);
drawAll(document);
document.addEventListener('htmx:afterSwap', event => drawAll(event.target));
