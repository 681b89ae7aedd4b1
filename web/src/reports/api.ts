import { useQuery } from "@tanstack/react-query";
import { request } from "../api/client";
import type { AnswerLine, CoverageLine, DutyLine } from "../api/types";
import type { Language } from "../i18n";

export interface Span {
  from: number;
  until: number;
}

const inSpan = ({ from, until }: Span) => `from=${from}&until=${until}`;

/** Addresses of the tables, for links. */
export const csv = {
  answers: (span: Span, language: Language) => `/api/reports/answers.csv?${inSpan(span)}&language=${language}`,
  duties: (span: Span, language: Language) => `/api/reports/duties.csv?${inSpan(span)}&language=${language}`,
  coverage: (year: number, language: Language) => `/api/reports/coverage.csv?year=${year}&language=${language}`,
};

export const useAnswers = (span: Span) =>
  useQuery({ queryKey: ["reports", "answers", span], queryFn: () => request<AnswerLine[]>(`/api/reports/answers?${inSpan(span)}`) });
export const useDutyLines = (span: Span) =>
  useQuery({ queryKey: ["reports", "duties", span], queryFn: () => request<DutyLine[]>(`/api/reports/duties?${inSpan(span)}`) });
export const useCoverage = (year: number) =>
  useQuery({ queryKey: ["reports", "coverage", year], queryFn: () => request<CoverageLine[]>(`/api/reports/coverage?year=${year}`) });
