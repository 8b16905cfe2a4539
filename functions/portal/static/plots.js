"use strict";
// Plots of tables: each figure names the table whose numbers it shows. Without scripts the table stands alone.
(() => {
  const BAR_SHARE = 0.7; // of a category's width
  const MOST_BARS = 60; // labels of more categories are thinned out
  const plots = [];

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  // The table's row headers, and a series for each column of numbers that is not left out.
  function read(table) {
    const heads = [...table.tHead.rows[0].cells];
    const shown = heads.map((head, at) => at).filter((at) => at > 0 && !("skip" in heads[at].dataset));
    const rows = [...table.tBodies[0].rows];
    const labels = rows.map((row) => row.cells[0].textContent.trim());
    const series = shown.map((at) => rows.map((row) => Number(row.cells[at].textContent.replace(/,/g, ""))));
    return { labels, series, names: shown.map((at) => heads[at].textContent.trim()) };
  }

  // Bars side by side: where each begins and how wide it is, as parts of the plot's width.
  function bars(count, several, place) {
    const width = BAR_SHARE / several / count;
    const begins = [...Array(count).keys()].map((at) => (at + (1 - BAR_SHARE) / 2) / count + place * width);
    return uPlot.paths.bars({
      disp: {
        x0: { unit: 2, values: () => begins },
        size: { unit: 2, values: () => begins.map(() => width * 0.92) },
      },
    });
  }

  function draw(figure) {
    const { labels, series, names } = read(document.getElementById(figure.dataset.plot));
    if (!labels.length) return;
    const ink = colour("--pico-muted-color");
    const grid = { stroke: colour("--edge"), width: 1 };
    const step = Math.ceil(labels.length / Math.min(MOST_BARS, Math.max(2, Math.floor(figure.clientWidth / 90))));
    const options = {
      width: figure.clientWidth,
      height: 240,
      legend: { show: false },
      cursor: { show: false },
      scales: {
        x: { time: false, range: [-0.5, labels.length - 0.5] },
        y: { range: (plot, least, most) => [0, Math.max(1, most * 1.08)] },
      },
      axes: [
        {
          stroke: ink,
          grid: { show: false },
          ticks: { show: false },
          splits: () => labels.map((_, at) => at).filter((at) => at % step === 0),
          values: (plot, places) => places.map((at) => labels[at]),
        },
        { stroke: ink, grid, ticks: { show: false }, size: 56, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5] },
      ],
      series: [
        {},
        ...names.map((label, place) => ({
          label,
          fill: colour(`--plot-${(place % 4) + 1}`),
          width: 0,
          points: { show: false },
          paths: bars(labels.length, names.length, place),
        })),
      ],
    };
    figure.replaceChildren();
    plots.push(new uPlot(options, [labels.map((_, at) => at), ...series], figure));
  }

  function drawAll() {
    for (const plot of plots.splice(0)) plot.destroy();
    for (const figure of document.querySelectorAll("[data-plot]")) draw(figure);
  }

  let pause;
  addEventListener("resize", () => {
    clearTimeout(pause);
    pause = setTimeout(drawAll, 150);
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  document.fonts.ready.then(drawAll);
})();
