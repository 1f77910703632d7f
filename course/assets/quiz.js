/* Les quiz dans la page : un commentaire pour chaque choix, un score, un autre essai, un fichier de réponses.
 *
 * Sans ce script, la page est une liste de questions aux réponses repliées. Rien ne quitte le navigateur : les réponses
 * sont gardées dans son stockage local, sous « quiz:<identifiant> », et « Tout recommencer » les en retire.
 */
(function () {
  "use strict";

  const SPACE = "\u00a0";

  function make(tag, attributes, ...children) {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  }

  /* Un navigateur peut refuser le stockage : on joue alors sans mémoire. */
  const memory = {
    read(key) {
      try {
        return JSON.parse(localStorage.getItem(key)) || {};
      } catch {
        return {};
      }
    },
    write(key, value) {
      try {
        localStorage.setItem(key, JSON.stringify(value));
      } catch {
        /* Rien n'est perdu de la page elle-même. */
      }
    },
    forget(key) {
      try {
        localStorage.removeItem(key);
      } catch {
        /* Rien à oublier. */
      }
    },
  };

  class Question {
    constructor(fieldset, changed) {
      this.fieldset = fieldset;
      this.id = fieldset.id;
      this.right = fieldset.dataset.answer;
      this.inputs = [...fieldset.querySelectorAll("input[type=radio]")];
      this.correction = fieldset.querySelector(".quiz-answer");
      this.checked = false;
      this.verdict = make("div", { className: "quiz-verdict", hidden: true });
      this.check = make("button", { type: "button", textContent: "Vérifier" });
      this.again = make("button", { type: "button", textContent: "Essayer de nouveau", hidden: true });
      this.missing = make("span", { className: "quiz-missing" });
      this.missing.setAttribute("role", "status");
      const announced = make("div");
      announced.setAttribute("aria-live", "polite");
      announced.append(this.verdict);
      this.correction.before(make("div", { className: "quiz-actions" }, this.check, this.again, this.missing), announced);
      this.check.addEventListener("click", () => {
        if (this.choice) {
          this.show();
          changed();
        } else {
          this.missing.textContent = "Choisissez d’abord une réponse.";
        }
      });
      this.again.addEventListener("click", () => {
        this.hide();
        this.inputs.find((input) => input.checked).focus();
        changed();
      });
      for (const input of this.inputs) {
        input.addEventListener("change", () => {
          this.hide();
          changed();
        });
      }
    }

    get choice() {
      return this.inputs.find((input) => input.checked)?.value ?? "";
    }

    get earned() {
      return this.checked && this.choice === this.right;
    }

    show() {
      const right = this.choice === this.right;
      this.checked = true;
      this.missing.textContent = "";
      const said = make("strong", {
        className: right ? "right" : "wrong",
        textContent: right ? `Réponse juste.` : `Réponse fausse.`,
      });
      const remark = this.correction.querySelector(`[data-letter="${this.choice}"]`).cloneNode(true);
      const parts = [make("p", {}, said), remark];
      if (right) {
        parts.push(...this.explanation());
      }
      this.verdict.replaceChildren(...parts);
      this.verdict.hidden = false;
      this.again.hidden = right;
      this.mark();
    }

    /* Ce qui suit « Réponse : x. » et précède les commentaires : pourquoi, et le passage du cours. */
    explanation() {
      const paragraphs = [...this.correction.children].filter(
        (child) => child.tagName !== "SUMMARY" && !child.matches(".quiz-remark"),
      );
      return paragraphs.slice(1).map((paragraph) => paragraph.cloneNode(true));
    }

    hide() {
      this.checked = false;
      this.missing.textContent = "";
      this.verdict.hidden = true;
      this.verdict.replaceChildren();
      this.again.hidden = true;
      this.mark();
    }

    mark() {
      for (const input of this.inputs) {
        const shown = this.checked && input.checked;
        input.parentElement.classList.toggle("quiz-right", shown && input.value === this.right);
        input.parentElement.classList.toggle("quiz-wrong", shown && input.value !== this.right);
      }
    }

    restore(saved) {
      const input = this.inputs.find((candidate) => candidate.value === saved.choice);
      if (input) {
        input.checked = true;
        if (saved.checked) {
          this.show();
        }
      }
    }

    clear() {
      for (const input of this.inputs) {
        input.checked = false;
      }
      this.hide();
    }
  }

  /* Le fichier que lit le correcteur : quiz/<identifiant>.toml dans l'espace de travail. */
  function answersFile(form, questions) {
    const lines = questions.map((question) => `${question.id} = "${question.choice}"`);
    return [`# Vos réponses au quiz. À placer dans quiz/${form.dataset.file}.`, ...lines, ""].join("\n");
  }

  function download(name, text) {
    const address = URL.createObjectURL(new Blob([text], { type: "application/toml" }));
    const link = make("a", { href: address, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    URL.revokeObjectURL(address);
  }

  function enliven(form) {
    const key = `quiz:${form.dataset.quiz}`;
    const points = Number(form.dataset.points);
    const score = make("output", {});
    const questions = [...form.querySelectorAll(".quiz-question")].map((fieldset) => new Question(fieldset, changed));

    function changed() {
      const saved = {};
      for (const question of questions) {
        if (question.choice) {
          saved[question.id] = { choice: question.choice, checked: question.checked };
        }
      }
      memory.write(key, saved);
      tell();
    }

    function tell() {
      const answered = questions.filter((question) => question.choice).length;
      const checked = questions.filter((question) => question.checked).length;
      const earned = points * questions.filter((question) => question.earned).length;
      score.textContent =
        `${answered} ${answered > 1 ? "réponses" : "réponse"} sur ${questions.length}, ` +
        `${checked} ${checked > 1 ? "vérifiées" : "vérifiée"}${SPACE}: ${earned}/${points * questions.length}`;
    }

    const save = make("button", { type: "button", textContent: "Télécharger mes réponses" });
    save.addEventListener("click", () => download(form.dataset.file, answersFile(form, questions)));
    const restart = make("button", { type: "button", textContent: "Tout recommencer" });
    restart.addEventListener("click", () => {
      questions.forEach((question) => question.clear());
      memory.forget(key);
      tell();
      questions[0].inputs[0].focus();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    form.append(make("div", { className: "quiz-bar" }, score, save, restart));
    form.classList.add("quiz--live");
    const saved = memory.read(key);
    questions.forEach((question) => question.restore(saved[question.id] ?? {}));
    tell();
  }

  document.querySelectorAll("form.quiz").forEach(enliven);

  /* La page « Confidentialité » : effacer les réponses gardées. */
  const eraser = document.getElementById("forget-everything");
  if (eraser) {
    const button = make("button", { type: "button", className: "md-button", textContent: "Effacer mes réponses" });
    const said = make("p");
    said.setAttribute("role", "status");
    button.addEventListener("click", () => {
      ["quiz:webhooks", "quiz:production"].forEach((key) => memory.forget(key));
      said.textContent = "Vos réponses sont effacées de ce navigateur.";
    });
    eraser.append(button, said);
  }
})();
