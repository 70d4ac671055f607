/** The languages that package clients speak: the contract here, one inner folder for each language. */
export type {
  Adopted,
  Candidate,
  Desk,
  ListingReader,
  MadePage,
  OpenFile,
  PackageFormat,
  Page,
  RandomAccess,
  Received,
  Route,
  UpstreamListing,
  UpstreamPage,
} from "./format.ts";
