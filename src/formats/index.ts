/** The languages that package clients speak: the contract here, one inner folder for each language. */
export type {
  Adopted,
  Candidate,
  Desk,
  HandedOver,
  HandedOverVersion,
  ListingReader,
  MadePage,
  OpenFile,
  PackageFormat,
  Page,
  RandomAccess,
  Received,
  Route,
  TakenOver,
  UpstreamListing,
  UpstreamPage,
} from "./format.ts";
