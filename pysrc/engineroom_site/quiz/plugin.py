from engineroom_quiz.plugin import QuizPlugin as QuizPlugin
