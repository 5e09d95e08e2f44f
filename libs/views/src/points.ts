/** Points as people read them, with at least one decimal: also a JSON number. @param thousandths of points. */
export const pointsText = (thousandths: number): string =>
  thousandths % 1000 === 0 ? `${thousandths / 1000}.0` : String(thousandths / 1000);
