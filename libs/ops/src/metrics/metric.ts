/** One time series family. A label takes only the listed values, so no id can become one. */
export type MetricDeclaration =
  | { readonly kind: 'counter'; readonly help: string; readonly labels?: LabelValues }
  | { readonly kind: 'gauge'; readonly help: string; readonly labels?: LabelValues }
  | {
      readonly kind: 'histogram';
      readonly help: string;
      readonly labels?: LabelValues;
      readonly buckets: readonly number[];
    };

export type LabelValues = { readonly [label: string]: readonly string[] };
export type MetricTable = { readonly [name: string]: MetricDeclaration };

export type LabelsOf<M extends MetricDeclaration> = M extends { readonly labels: infer L extends LabelValues }
  ? { readonly [N in keyof L]: L[N][number] }
  : Record<string, never>;

export type NamesOf<T extends MetricTable, K extends MetricDeclaration['kind']> = {
  [N in keyof T]: T[N]['kind'] extends K ? N : never;
}[keyof T];
