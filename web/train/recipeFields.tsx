/** How it learns: folded, with a line that says it all. */
import { optimizers, schedulers } from 'receptive/catalog';
import { SelectField, TextField, Tick } from '../forms/fields.js';
import { texts } from '../shell/settings.js';
import { type Checked, canAugment, checked, choose, chosen, complete, type FieldName } from './form.js';
import { own } from './ownFiles.js';

const optimizerNames = Object.keys(optimizers) as (keyof typeof optimizers)[];
const schedulerNames = ['', ...Object.keys(schedulers)] as ('' | keyof typeof schedulers)[];
/** What a schedule needs to be given, so that it can be chosen with one click. */
const needed: Readonly<Record<string, string>> = {
  StepLR: 'stepSize=3,gamma=0.1',
  MultiStepLR: 'milestones=5/8,gamma=0.1',
};
const shortcuts = [
  '',
  'identity',
  'constantScaling',
  'exclusiveGating',
  'shortcutOnlyGating',
  'conv1x1',
  'dropout',
] as const;
const activations = [
  '',
  'original',
  'bnAfterAddition',
  'reluBeforeAddition',
  'reluOnlyPreactivation',
  'fullPreactivation',
] as const;

function Line({
  name,
  placeholder,
  hint,
}: {
  readonly name: FieldName;
  readonly placeholder?: string;
  readonly hint?: string;
}) {
  const { train: text } = texts.value;
  const problem = checked.value.wrong[name];
  return (
    <TextField
      label={text.fields[name]}
      hint={hint}
      placeholder={placeholder}
      problem={problem && text.rule(problem)}
      value={chosen.value[name]}
      onInput={(value) => choose({ [name]: value })}
    />
  );
}

/** `null` as nothing. */
const shown = (value: unknown) => (value === null || value === undefined ? '' : String(value));

export function RecipeFields() {
  const { train: text } = texts.value;
  const { model, optimizer, scheduler, augment, skipDamaged, shortcut, activation } = chosen.value;
  const filled = complete.value;
  const { wrong } = checked.value;
  return (
    <details class="fold">
      <summary>
        {text.recipe}
        <span class="summary">{summaryOf(checked.value)}</span>
      </summary>
      <div class="grid">
        <Line name="epochs" />
        <Line name="batchSize" />
        <Line name="seed" placeholder="0" />
        <SelectField
          label={text.fields.optimizer}
          options={optimizerNames}
          value={optimizer as (typeof optimizerNames)[number]}
          onChoose={(optimizer) => choose({ optimizer, optimizerOptions: '' })}
        />
        <Line name="lr" placeholder={shown(filled?.lr)} />
        <Line name="momentum" placeholder={shown(filled?.momentum)} />
        <Line name="weightDecay" placeholder={shown(filled?.weightDecay)} />
        <SelectField
          label={text.fields.scheduler}
          options={schedulerNames}
          nameOf={(name) => name || text.noScheduler}
          value={scheduler as (typeof schedulerNames)[number]}
          onChoose={(scheduler) => choose({ scheduler, schedulerOptions: needed[scheduler] ?? '' })}
        />
        {scheduler !== '' && (
          <Line
            name="schedulerOptions"
            hint={text.optionsHint(Object.keys(schedulers[scheduler as keyof typeof schedulers]))}
          />
        )}
        <Line name="warmup" hint={text.warmupHint} />
        <Line name="labelSmoothing" placeholder="0" />
        <Line name="maxGradNorm" placeholder={text.noLimit} />
        <Line name="earlyStopping" hint={text.earlyStoppingHint} />
        <Line
          name="optimizerOptions"
          hint={text.optionsHint(Object.keys(optimizers[optimizer as keyof typeof optimizers]))}
        />
        <Line name="limit" placeholder={text.allOfThem} />
        <Line name="testLimit" placeholder={text.allOfThem} />
        <Line name="imageSize" placeholder={text.asTheyAre} />
        {model === 'preactResnet' && (
          <>
            <Line name="depth" placeholder="110" />
            <SelectField
              label={text.fields.shortcut}
              options={shortcuts}
              nameOf={(name) => name || text.paper}
              value={shortcut as (typeof shortcuts)[number]}
              onChoose={(shortcut) => choose({ shortcut })}
            />
            <SelectField
              label={text.fields.activation}
              options={activations}
              nameOf={(name) => name || text.paper}
              value={activation as (typeof activations)[number]}
              onChoose={(activation) => choose({ activation })}
            />
          </>
        )}
      </div>
      {canAugment.value ? (
        <Tick isChosen={augment} onChoose={(augment) => choose({ augment })}>
          {text.augment}
        </Tick>
      ) : (
        <p class="hint">{text.noAugment}</p>
      )}
      {own.value?.data === 'folder' && (
        <Tick isChosen={skipDamaged} onChoose={(skipDamaged) => choose({ skipDamaged })}>
          {text.skipDamaged}
        </Tick>
      )}
      {wrong.recipe && <p class="bad">{text.rule(wrong.recipe)}</p>}
    </details>
  );
}

function summaryOf({ wrong, epochs }: Checked): string {
  const { train: text } = texts.value;
  const filled = complete.value;
  if (!filled) return text.somethingWrong(Object.keys(wrong).map((key) => text.fields[key as FieldName] ?? key));
  const own = [
    filled.optimizer,
    `lr ${filled.lr}`,
    filled.momentum !== null && filled.momentum !== 0 && `${text.fields.momentum} ${filled.momentum}`,
    filled.weightDecay !== 0 && `${text.fields.weightDecay} ${filled.weightDecay}`,
    filled.scheduler?.split(':')[0],
    filled.warmup !== null && `${text.fields.warmup} ${filled.warmup}`,
    filled.labelSmoothing !== 0 && `${text.fields.labelSmoothing} ${filled.labelSmoothing}`,
    `${text.fields.batchSize} ${filled.batchSize}`,
    text.epochCount(epochs),
    filled.limit !== null && `${text.fields.limit} ${filled.limit}`,
    filled.augment && text.augmented,
    `${text.fields.seed} ${filled.seed}`,
  ];
  return own.filter(Boolean).join(text.comma);
}
