import { PasswordInput, Stack } from "@mantine/core";
import type { UseFormReturnType } from "@mantine/form";
import { ChoiceField } from "./choice-field.tsx";
import { fieldOf, LineField, NumberField, OptionalNumberField, SwitchField } from "./fields.tsx";
import type { RepositoryValues } from "./repository-values.ts";
import { Section } from "./section.tsx";

type Form = UseFormReturnType<RepositoryValues>;

/** What only repositories have that read through to another server. */
export function RemoteSection({ form, hasCredentials }: { readonly form: Form; readonly hasCredentials: boolean }) {
  const { values } = form;
  return (
    <Stack gap="lg">
      <Section title="The upstream">
        <LineField
          label="Address of the upstream"
          description="Where its project pages are, often ending in /simple/. Without one the repository stays empty."
          placeholder="https://packages.example/simple/"
          {...fieldOf(form, "url")}
        />
        <PasswordInput
          label="Login at the upstream"
          description={
            hasCredentials
              ? "One is kept and never shown. Type another as user:password to replace it; change the address to another server and it is forgotten."
              : "As user:password, where the upstream wants one. It is kept sealed and never shown again."
          }
          placeholder={hasCredentials ? "Kept as it is" : "None"}
          autoComplete="off"
          visibilityToggleButtonProps={{ "aria-label": "Show what is typed", tabIndex: 0 }}
          value={values.credentials ?? ""}
          error={form.errors["credentials"]}
          onChange={(event) => {
            const text = event.currentTarget.value;
            form.setValues({ credentials: text === "" ? null : text });
          }}
        />
        {hasCredentials ? (
          <SwitchField
            label="Forget the login that is kept"
            description="The upstream is asked without one from then on."
            value={values.credentials === ""}
            onChange={(isForgotten) => form.setValues({ credentials: isForgotten ? "" : null })}
          />
        ) : null}
        <ChoiceField
          label="How its pages are laid out"
          choices={[
            { value: "simple", label: "A page for each project", effect: "As package indexes have it." },
            { value: "flat", label: "One page of links", effect: "A plain list of files, as --find-links takes it." },
          ]}
          {...fieldOf(form, "layout")}
        />
        <SwitchField
          label="It has no list of its projects"
          description="Then only those projects are listed here that somebody has asked for."
          {...fieldOf(form, "noProjectList")}
        />
        <LineField
          label="The upstream's page of a project"
          description="A link for people; {name} stands for the project."
          {...fieldOf(form, "webUrlFormat")}
        />
      </Section>
      <CopiesSection form={form} />
      <OutagesSection form={form} />
    </Stack>
  );
}

function CopiesSection({ form }: { readonly form: Form }) {
  return (
    <Section title="Copies and how long they are good">
      <NumberField
        label="A page counts as fresh for"
        description="The upstream is not asked again within that time."
        suffix=" seconds"
        {...fieldOf(form, "freshForSeconds")}
      />
      <NumberField
        label="“Not found” is believed for"
        description="A project that the upstream did not have is not asked for again within that time."
        suffix=" seconds"
        {...fieldOf(form, "missingForSeconds")}
      />
      <SwitchField
        label="Keep copies of files"
        description="Without, files pass through and are fetched again each time."
        {...fieldOf(form, "storesFiles")}
      />
      <NumberField
        label="Drop copies that nobody has read for"
        description="0 keeps them for ever."
        suffix=" hours"
        {...fieldOf(form, "unusedForHours")}
      />
      <SwitchField
        label="Send installers to the upstream for files"
        description="They fetch files from there themselves; nothing is copied."
        {...fieldOf(form, "useExternalUrls")}
      />
    </Section>
  );
}

function OutagesSection({ form }: { readonly form: Form }) {
  return (
    <Section title="When the upstream is slow or down">
      <SwitchField
        label="Offline"
        description="The upstream is never asked; what is here already is shown."
        {...fieldOf(form, "isOffline")}
      />
      <SwitchField
        label="An outage fails the answer"
        description="Safer: an outage is not taken for “there is no such project”. Switched off, merging virtual repositories go on without it."
        {...fieldOf(form, "failsHard")}
      />
      <OptionalNumberField
        label="After an outage it is left alone for"
        description="Empty: as the server is set."
        suffix=" seconds"
        {...fieldOf(form, "assumedOfflineSeconds")}
      />
      <OptionalNumberField
        label="Its answer has to begin within"
        description="Empty: as the server is set."
        suffix=" ms"
        {...fieldOf(form, "timeoutMilliseconds")}
      />
      <LineField
        label="Proxy"
        description="The proxy to reach it through. Empty: as the server is set."
        placeholder="http://proxy.example:3128"
        {...fieldOf(form, "proxy")}
      />
    </Section>
  );
}
