/**
 * The picture in a form: the one that is there, another one, none, and what is to be seen in it.
 *
 * @module
 */
import { Field, Wrong } from './forms.tsx';
import { SmallPicture } from './offer-pictures.tsx';
import type { OfferForm } from './offers.tsx';
import { useWords } from './words.ts';

export function PictureField({ picture }: { picture: OfferForm['picture'] }) {
  const { t } = useWords();
  const { id, kept, text, error } = picture;
  const wrong = error === null ? null : t(`offers.new.picture.${error}`);
  return (
    <fieldset class="field">
      <legend>{t('offers.new.picture.legend')}</legend>
      <div class="stack picture-field">
        {id === null ? null : (
          <div class="picture-now">
            <SmallPicture id={id} text={text || t('offers.new.picture.now')} />
            <div class="stack">
              {kept ? <input type="hidden" name="kept" value={id} /> : null}
              <p>{kept ? t('offers.new.picture.kept') : t('offers.new.picture.now')}</p>
              <div class="choose">
                <label>
                  <input type="checkbox" name="pictureEnd" value="yes" />
                  {t('offers.new.picture.end')}
                </label>
              </div>
            </div>
          </div>
        )}
        <div class={wrong === null ? 'field' : 'field field--wrong'}>
          <label for="picture">{id === null ? t('offers.new.picture.choose') : t('offers.new.picture.other')}</label>
          <p class="hint" id="picture-hint">
            {t('offers.new.picture.hint')}
          </p>
          <input
            type="file"
            id="picture"
            name="picture"
            accept="image/jpeg,image/png,image/webp,image/avif,image/gif"
            aria-describedby={wrong === null ? 'picture-hint' : 'picture-hint picture-error'}
            {...(wrong === null ? {} : { 'aria-invalid': 'true' })}
          />
          {wrong === null ? null : <Wrong id="picture-error" text={wrong} />}
        </div>
        <Field
          id="pictureText"
          name="pictureText"
          label={t('offers.new.picture.text')}
          hint={t('offers.new.picture.textHint')}
          value={text}
          more={{ maxlength: 300 }}
        />
      </div>
    </fieldset>
  );
}
