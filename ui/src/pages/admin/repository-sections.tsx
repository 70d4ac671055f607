import type { UseFormReturnType } from "@mantine/form";
import { MembersInput } from "../../parts/members-input.tsx";
import { PrincipalsInput } from "../../parts/principals-input.tsx";
import { RepositoryPicker } from "../../parts/repository-picker.tsx";
import { ChoiceField } from "./choice-field.tsx";
import { fieldOf, LineField, LinesField, SizeField, SwitchField, TextField, WordsField } from "./fields.tsx";
import type { RepositoryValues } from "./repository-values.ts";
import { Section } from "./section.tsx";

type Form = UseFormReturnType<RepositoryValues>;

/** What it is called for people, and who may see it. */
export function AboutSection({ form }: { readonly form: Form }) {
  return (
    <Section title="What it is, and who sees it">
      <LineField label="Title" description="One line that people see in lists." {...fieldOf(form, "title")} />
      <TextField
        label="Description"
        description="What belongs in it, for those who come across it."
        {...fieldOf(form, "description")}
      />
      <PrincipalsInput
        label="Readers"
        description="Who may see and install what is in it. The owner and root always may; :ANONYMOUS: is everybody."
        {...fieldOf(form, "readers")}
      />
    </Section>
  );
}

/** Who publishes, and what; only of repositories that hold files themselves. */
export function LocalSection({ form }: { readonly form: Form }) {
  return (
    <Section title="Publishing">
      <PrincipalsInput
        label="Publishers"
        description="Who may upload, yank and, where that is possible at all, remove."
        {...fieldOf(form, "publishers")}
      />
      <PrincipalsInput
        label="Test result writers"
        description="Who may attach results of tests to what is published."
        {...fieldOf(form, "testResultWriters")}
      />
      <ChoiceField
        label="What happens to published files"
        choices={[
          {
            value: "immutable",
            label: "They stay as they are",
            effect:
              "A published file is never replaced, and removed only by force: who installs a version today gets the same bytes tomorrow.",
          },
          {
            value: "volatile",
            label: "They may be replaced and removed",
            effect: "For work in progress, where the same version is built many times.",
          },
        ]}
        {...fieldOf(form, "mutability")}
      />
      <ChoiceField
        label="What uploads must look like"
        choices={[
          {
            value: "strict",
            label: "As the public index wants them",
            effect: "Wheels and source archives with proper names and metadata; others are refused.",
          },
          {
            value: "legacy",
            label: "Old kinds too",
            effect: "Also takes eggs and other old archives, and devpi's way of registering.",
          },
        ]}
        {...fieldOf(form, "validation")}
      />
    </Section>
  );
}

/** What it may hold, and where else is looked. */
export function HoldingSection({ form }: { readonly form: Form }) {
  return (
    <Section title="What it holds">
      <SizeField
        label="Quota"
        description="All its files together may be so large, for example 20 GiB; uploads beyond it are refused."
        {...fieldOf(form, "quotaBytes")}
      />
      <WordsField
        label="Reserved names"
        description="Names that belong to this house although nothing of them is here: no upstream is ever asked for them. acme-* reserves all that begin so."
        {...fieldOf(form, "reserved")}
      />
      <MembersInput
        label="Bases"
        description="Looked into after its own files, in order of trust. Move a row with its arrows, or with Alt and an arrow key."
        except={nameOf(form.values)}
        {...fieldOf(form, "bases")}
      />
    </Section>
  );
}

/** What only repositories have that show others as one. */
export function VirtualSection({ form }: { readonly form: Form }) {
  const { values } = form;
  return (
    <Section title="Members">
      <MembersInput
        label="Members"
        description="In order of trust: the first that has a file of some name wins. Move a row with its arrows, or with Alt and an arrow key."
        except={nameOf(values)}
        {...fieldOf(form, "members")}
      />
      <RepositoryPicker
        label="Uploads go to"
        description="The member that uploads to this repository are handed to. None: uploads are refused."
        among={({ name, kind }) => kind !== "remote" && values.members.includes(name)}
        placeholder="None"
        {...fieldOf(form, "publishTo")}
      />
    </Section>
  );
}

/** How several members come together; for virtual ones, and local ones with bases. */
export function MergingSection({ form }: { readonly form: Form }) {
  return (
    <Section title="When several members have a project">
      <ChoiceField
        label="A name that is here and upstream"
        choices={[
          {
            value: "shadow",
            label: "Ours hides theirs",
            effect:
              "Safe against a stranger who publishes your names elsewhere: a project that a local member holds is never asked upstream.",
          },
          {
            value: "merge",
            label: "All files together",
            effect: "Files of all members are shown as one project, so a higher public version can win.",
          },
        ]}
        {...fieldOf(form, "resolution")}
      />
      <ChoiceField
        label="Several upstreams that have it"
        choices={[
          { value: "first", label: "The first one", effect: "The others are not even asked." },
          { value: "union", label: "All of them", effect: "Their files are put together." },
        ]}
        {...fieldOf(form, "remotes")}
      />
      <WordsField
        label="Names that are asked upstream all the same"
        description="Projects for which upstreams are opened although a member holds them; * is all. Only for names that you trust strangers with."
        {...fieldOf(form, "whitelist")}
      />
    </Section>
  );
}

/** What is let through at all. */
export function FilterSection({ form }: { readonly form: Form }) {
  return (
    <Section
      title="What passes"
      about="Patterns go by the path in the repository: ? is one character, * stays within a folder, ** goes through folders."
    >
      <WordsField
        label="Include patterns"
        description="What none of them fits is neither taken nor shown; none: everything is."
        placeholder="**/*.whl"
        {...fieldOf(form, "includes")}
      />
      <WordsField
        label="Exclude patterns"
        description="What one of them fits is neither taken nor shown."
        {...fieldOf(form, "excludes")}
      />
      <LinesField
        label="Constraints"
        description="Lines of a constraints file, for example django<5: only versions that they admit are seen; a line * keeps out all other projects."
        {...fieldOf(form, "constraints")}
      />
      <SwitchField
        label="Has priority"
        description="In a virtual repository: where a member with priority has a project, only such members answer."
        {...fieldOf(form, "hasPriority")}
      />
      <SwitchField
        label="Blacked out"
        description="Neither read nor written, as if it were empty; its names stay held."
        {...fieldOf(form, "isBlackedOut")}
      />
    </Section>
  );
}

/** As far as it is typed; `null`: not yet. */
export function nameOf({ owner, shortName }: RepositoryValues): string | null {
  return owner === "" || shortName === "" ? null : `${owner}/${shortName}`;
}
