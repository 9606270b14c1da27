/** A donut for one question of shares: at most four members and the others, the total in the middle. */
import { say, sayShare, show, join, type Locale, type Unit } from "../format/number";
import { tipContent, widthOf } from "./axes";
import type { Drawing } from "./Chart";
import type { Palette } from "./palette";

export interface Slice {
  name: string;
  value: number;
  rest: boolean;
}

export function drawDonut(slices: Slice[], total: number, unit: Unit, locale: Locale, named: boolean) {
  return (colours: Palette, width: number, height: number): Drawing => {
    const size = colours.text;
    const middle = join(show(total, unit, locale, "tile"), locale);
    const names = Math.max(...slices.map((slice) => widthOf(slice.name, size)), widthOf("00.0%", size)) + 20;
    const outer = named ? Math.max(30, Math.min(height / 2 - size * 1.6, width / 2 - names)) : Math.min(width, height) / 2 - 4;
    const inner = outer / 1.5;
    return {
      points: slices.length, series: 0,
      option: {
        textStyle: { fontFamily: colours.font, fontSize: size },
        tooltip: {
          trigger: "item", confine: true, appendTo: "body", className: "chart-tip", transitionDuration: 0, backgroundColor: colours.surface, borderWidth: 0,
          formatter: (point: { dataIndex: number }) => {
            const slice = slices[point.dataIndex];
            return tipContent("", slice ? [{ name: slice.name, colour: colourOf(slice, point.dataIndex, colours), value: slice.value, text: say(slice.value, unit, locale), extra: sayShare(slice.value / total) }] : []);
          },
        },
        series: [{
          type: "pie", radius: [inner, inner * 1.5], center: ["50%", "50%"], startAngle: 90, minAngle: 2, emphasis: { scale: false },
          data: slices.map((slice, index) => ({ name: slice.name, value: slice.value, itemStyle: { color: colourOf(slice, index, colours), borderColor: colours.surface, borderWidth: 2 } })),
          label: {
            show: named, edgeDistance: 2, bleedMargin: 0, overflow: "none", fontSize: size, lineHeight: size * 1.35, fontFamily: colours.font, color: colours.ink2,
            formatter: (point: { dataIndex: number; name: string }) => `${point.name}\n{b|${sayShare((slices[point.dataIndex]?.value ?? 0) / total)}}`,
            rich: { b: { fontWeight: 600, color: colours.ink, fontSize: size + 1, fontFamily: colours.font } },
          },
          labelLine: { length: 8, length2: 6, lineStyle: { color: colours.compare } },
        }, {
          type: "pie", silent: true, radius: [0, 0.1], center: ["50%", "50%"], data: [{ value: 1, name: "", itemStyle: { color: "transparent" } }], labelLine: { show: false },
          label: { show: true, position: "center", formatter: middle, fontSize: Math.max(size - 1, Math.min(size * 1.5, (inner * 1.75) / Math.max(1, widthOf(middle, 1)))), fontWeight: 600, color: colours.ink, fontFamily: colours.font },
        }],
      },
    };
  };
}

export function colourOf(slice: Slice, index: number, colours: Palette): string {
  return slice.rest ? colours.rest : (colours.series[index % 8] as string);
}
