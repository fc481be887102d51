// SPDX-License-Identifier: GPL-3.0-or-later
// Bars over time, drawn as SVG: stacked, with a line for each step of the scale. What it shows can
// also be read as a table.
import { count, size } from '../i18n';

export interface Series {
  name: string;
  tone: 'a' | 'b' | 'c' | 'd';
}

export interface Bar {
  label: string;
  values: number[];  // one for each series
}

interface ChartProps {
  title: string;
  series: Series[];
  bars: Bar[];
  isSize?: boolean;
}

const WIDTH = 720;
const HEIGHT = 200;
const LEFT = 56;
const BOTTOM = 22;
const TOP = 8;
const WIDEST = 60;

/** A round number that is not below `value`, and its step. */
function scaleOf(value: number, base: number): [number, number] {
  if (value <= 4) return [4, 1];
  const power = base ** Math.floor(Math.log(value) / Math.log(base));
  for (const factor of [1, 2, 4, 8, 12, 16, 20, 32, 64, 128, 256, 512, 1024]) {
    if (factor * power >= value) return [factor * power, (factor * power) / 4];
  }
  return [value, value / 4];
}

function Scale(props: { top: number; step: number; show: (value: number) => string }) {
  const lines = [];
  for (let value = 0; value <= props.top + props.step / 2; value += props.step) {
    const y = TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / props.top);
    lines.push(
      <g key={value}>
        <line x1={LEFT} x2={WIDTH} y1={y} y2={y} class="chart-line" />
        <text x={LEFT - 6} y={y + 4} class="chart-text" text-anchor="end">{props.show(value)}</text>
      </g>,
    );
  }
  return <>{lines}</>;
}

function BarShape(props: { bar: Bar; at: number; width: number; top: number; series: Series[]; show: (value: number) => string }) {
  const { bar, at, width, top, series, show } = props;
  const gap = Math.min(6, width * 0.25);
  let y = HEIGHT - BOTTOM;
  const parts = bar.values.map((value, index) => {
    const height = ((HEIGHT - TOP - BOTTOM) * value) / top;
    y -= height;
    return <rect key={index} x={LEFT + at * width + gap / 2} y={y} width={Math.max(1, width - gap)} height={height} class={`chart-${series[index]?.tone ?? 'a'}`} />;
  });
  const words = series.map((one, index) => `${one.name}: ${show(bar.values[index] ?? 0)}`).join(', ');
  return <g>{parts}<title>{`${bar.label}: ${words}`}</title></g>;
}

export function Chart(props: ChartProps) {
  const { bars, series } = props;
  const highest = Math.max(0, ...bars.map((bar) => bar.values.reduce((sum, value) => sum + value, 0)));
  const [top, step] = scaleOf(highest, props.isSize ? 1024 : 10);
  const show = props.isSize ? size : count;
  const width = Math.min(WIDEST, (WIDTH - LEFT) / Math.max(1, bars.length));
  const every = Math.max(1, Math.ceil(bars.length / 8));
  const total = bars.reduce((sum, bar) => sum + bar.values.reduce((inner, value) => inner + value, 0), 0);
  return (
    <figure class="chart">
      <figcaption>
        {props.title}
        <span class="legend">
          {series.map((one) => <span key={one.name}><svg width="10" height="10" aria-hidden="true"><rect width="10" height="10" class={`chart-${one.tone}`} /></svg> {one.name}</span>)}
        </span>
      </figcaption>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={`${props.title}: ${show(total)}`}>
        <Scale top={top} step={step} show={show} />
        {bars.map((bar, at) => <BarShape key={at} bar={bar} at={at} width={width} top={top} series={series} show={show} />)}
        {bars.map((bar, at) => at % every === 0 && (
          <text key={at} x={LEFT + at * width} y={HEIGHT - 6} class="chart-text">{bar.label}</text>
        ))}
      </svg>
    </figure>
  );
}

/** How much of something is used. */
export function Meter(props: { used: number; total: number; label: string; isProgress?: boolean }) {
  const share = props.total > 0 ? Math.min(1, props.used / props.total) : 0;
  const tone = props.isProgress ? 'good' : share > 0.95 ? 'bad' : share > 0.8 ? 'warn' : 'good';
  return (
    <svg class={`meter meter-${tone}`} viewBox="0 0 100 6" preserveAspectRatio="none" role="img" aria-label={props.label}>
      <rect width="100" height="6" rx="3" class="meter-back" />
      <rect width={share * 100} height="6" rx="3" class="meter-used" />
    </svg>
  );
}
