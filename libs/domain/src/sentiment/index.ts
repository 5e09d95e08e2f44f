export { classify, scoreSentiment, SENTIMENT_VERSION, type Sentiment, type SentimentClass } from './score.ts';
